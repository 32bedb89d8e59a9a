"""What a User-Agent header tells: browser, system and kind of device, and whether a crawler sent it."""

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
_SYSTEMS: Final = tuple(
    (name, re2.compile(pattern))
    for name, pattern in (
        ("iOS", r"\b(?:iPhone|iPad|iPod)\b"),
        ("Android", r"\bAndroid\b"),
        ("Windows", r"\bWindows\b"),
        ("Mac OS X", r"\bMac OS X\b|\bMacintosh\b"),
        ("Chrome OS", r"\bCrOS\b"),
        ("Linux", r"\bLinux\b|\bX11\b"),
    )
)
_TABLET: Final = re2.compile(r"\biPad\b|\bTablet\b|\bKindle\b|\bSilk/")
_MOBILE: Final = re2.compile(r"\bMobile\b|\biPhone\b|\biPod\b|\bOpera Mini/")
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
def system(user_agent: str) -> str:
    """The operating system's name, "" where it is none that is known."""
    return next((name for name, pattern in _SYSTEMS if pattern.search(user_agent)), "")


@lru_cache(4096)
def device(user_agent: str) -> str:
    """`mobile`, `tablet`, `desktop` or `bot`; "" without a system that is known."""
    if is_crawler(user_agent):
        return "bot"
    name = system(user_agent)
    # Android's browsers leave out "Mobile" on tablets.
    is_mobile = _MOBILE.search(user_agent) is not None
    if _TABLET.search(user_agent) or (name == "Android" and not is_mobile):
        return "tablet"
    return "mobile" if is_mobile else "desktop" if name else ""


@lru_cache(4096)
def is_crawler(user_agent: str) -> bool:
    """Whether a program that walks through pages sent it."""
    return _CRAWLER.search(user_agent) is not None
