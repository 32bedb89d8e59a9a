"""Which errors become issues; the others are kept without one, and counted under their reason."""

from collections.abc import Iterator
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from tocsin.domain.error_event import Door, ErrorEvent, Frame
from tocsin.domain.error_matcher import platform_of
from tocsin.domain.user_agent import is_crawler

TRACKED_SOURCES: Final = frozenset({"custom", "source", "report", "console"})
OWN_HOSTS_MAX: Final = 50
_EXTENSION: Final = "-extension://"
_SECOND_LEVEL_MAX: Final = 3


class Untracked(StrEnum):
    """Why an error is not grouped."""

    SOURCE = "source"
    NO_STACK = "no stack"
    EXTENSION = "browser extension"
    CRAWLER = "crawler"
    THIRD_PARTY = "third party"
    RULE = "rule"
    DELIVERY = "delivery rule"


class NoiseFilters(Struct, frozen=True):
    """Which errors of pages an application keeps without an issue."""

    browser_extensions: Annotated[
        bool, Meta(description="Errors whose every frame is a browser extension's.")
    ] = True
    crawlers: Annotated[
        bool, Meta(description="Errors of pages that a crawler looked at, by its User-Agent.")
    ] = False
    third_party: Annotated[
        bool,
        Meta(description="Errors whose every frame is of another site than the page's."),
    ] = False
    own_hosts: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=253)], ...],
        Meta(
            max_length=OWN_HOSTS_MAX,
            description="Hosts that are no third party: `cdn.example`, `*.cdn.example`.",
        ),
    ] = ()


NO_FILTERS: Final = NoiseFilters()


def untracked(event: ErrorEvent, filters: NoiseFilters = NO_FILTERS) -> Untracked | None:
    """Why `event` becomes no issue, None when it does.

    A RUM error needs a source that names the page's own code, and a stack. The filters look at
    errors of scripts alone. All else a Sentry client sends is tracked.
    """
    frames = [frame for thrown in event.exceptions for frame in thrown.frames]
    if frames and filters.browser_extensions and all(map(_is_extension, frames)):
        return Untracked.EXTENSION
    if platform_of(event) == "javascript":
        if filters.crawlers and is_crawler(event.user_agent):
            return Untracked.CRAWLER
        if filters.third_party and _is_third_party(event, frames, filters.own_hosts):
            return Untracked.THIRD_PARTY
    if event.door is not Door.RUM:
        return None
    if event.error_source not in TRACKED_SOURCES:
        return Untracked.SOURCE
    return None if frames else Untracked.NO_STACK


def _is_extension(frame: Frame) -> bool:
    return _EXTENSION in _ran_at(frame)


def _is_third_party(event: ErrorEvent, frames: list[Frame], own_hosts: tuple[str, ...]) -> bool:
    """Whether every frame that names a host names one of another site. Without the page's address
    and hosts of its own nobody can tell."""
    page = _host(event.url)
    hosts = set(_hosts(frames))
    if not hosts or not (page or own_hosts):
        return False
    return not any(_is_own(host, page, own_hosts) for host in hosts)


def _hosts(frames: list[Frame]) -> Iterator[str]:
    for frame in frames:
        host = _host(_ran_at(frame))
        if host:
            yield host


def _is_own(host: str, page: str, own_hosts: tuple[str, ...]) -> bool:
    same_site = bool(page) and _site(host) == _site(page)
    return same_site or any(fnmatchcase(host, own.lower()) for own in own_hosts)


def _site(host: str) -> str:
    """The last two labels, three where the second is as short as in `co.uk`."""
    labels = host.split(".")
    is_short = len(labels) > 2 and len(labels[-2]) <= _SECOND_LEVEL_MAX
    return ".".join(labels[-3:] if is_short else labels[-2:])


def _host(address: str) -> str:
    if not address.startswith(("http://", "https://")):
        return ""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _ran_at(frame: Frame) -> str:
    """Where the file of a frame was loaded from, also once a map has led it back."""
    ran = frame.minified or frame
    return ran.abs_path or ran.filename
