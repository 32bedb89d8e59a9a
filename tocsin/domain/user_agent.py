"""What a User-Agent header tells: the browser, and whether a crawler sent it."""

from functools import lru_cache
from typing import Final

import re2

LENGTH_MAX: Final = 512

# The first that is found decides, as browsers name those they descend from too.
_BROWSERS: Final = tuple(
    (name, re2.compile(pattern))
    for name, pattern in (
        ("Edge", r"\b(?:Edg|EdgA|EdgiOS|Edge)/([\d.]+)"),
        ("Opera", r"\b(?:OPR|Opera)/([\d.]+)"),
        ("Samsung Internet", r"\bSamsungBrowser/([\d.]+)"),
        ("Firefox", r"\b(?:Firefox|FxiOS)/([\d.]+)"),
        ("Chrome", r"\b(?:Chrome|CriOS|HeadlessChrome)/([\d.]+)"),
        ("Safari", r"\bVersion/([\d.]+).* Safari/"),
    )
)
_CRAWLER: Final = re2.compile(
    r"(?i)bot\b|bots?/|crawl|spider|slurp|facebookexternalhit|mediapartners-google|google-read-aloud"
    r"|feedfetcher|bingpreview|whatsapp/|embedly|chrome-lighthouse|pingdom|gtmetrix|archiver"
)


@lru_cache(4096)
def browser(user_agent: str) -> tuple[str, str]:
    """The browser's name and version, both "" where it is none that is known."""
    for name, pattern in _BROWSERS:
        found = pattern.search(user_agent)
        if found:
            return name, found.group(1)
    return "", ""


@lru_cache(4096)
def is_crawler(user_agent: str) -> bool:
    """Whether a program that walks through pages sent it."""
    return _CRAWLER.search(user_agent) is not None
