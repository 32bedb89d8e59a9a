"""A build's files, kept so that what a shipped program says can be told in its source's words."""

from enum import StrEnum
from hashlib import md5
from typing import Final
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from msgspec import Struct

from tocsin.kernel.units import DAY

URL_LENGTH_MAX: Final = 1024
FILE_BYTES_MAX: Final = 64 * 1024 * 1024
"""Of a source map or a minified file: an engine holds one of each whole while it reads them."""
USED_EVERY_MS: Final = DAY
ORIGIN: Final = "~"
"""Stands in a URL for any scheme and host."""
_HEX: Final = frozenset("0123456789abcdef")
CHUNK_BYTES_MAX: Final = 8 * 1024 * 1024
BUNDLE_BYTES_MAX: Final = 256 * 1024 * 1024


class Platform(StrEnum):
    """What a build runs on."""

    BROWSER = "browser"
    ANDROID = "android"
    IOS = "ios"


class Artifact(Struct, frozen=True, kw_only=True):
    """A minified file and its source map, each by the hash of its content; or the index of a debug
    file (`map_hash`), which its `debug_id` alone finds.

    It belongs to an application, or, with `application_id` "", to the service of that name in
    whichever application. `url` is where the minified file is loaded from, as `normal` writes it;
    `minified_hash` is "" where only the map was sent. Instants are ms.
    """

    id: str
    account_id: int
    application_id: str
    service: str
    release: str
    dist: str
    url: str
    debug_id: str
    platform: Platform = Platform.BROWSER
    map_hash: str
    minified_hash: str
    size: int
    repository_url: str = ""
    commit: str = ""
    created_at: int
    updated_at: int
    used_at: int


class Release(Struct, frozen=True, kw_only=True):
    """A version of an application that its builds told of; instants are ms, 0 = not known."""

    account_id: int
    application_id: str
    version: str
    url: str = ""
    created_at: int
    started_at: int = 0
    released_at: int = 0


class BuildUpload(Struct, frozen=True, kw_only=True):
    """A ZIP of a release's source maps that comes in parts; ms."""

    id: str
    account_id: int
    application_id: str
    release: str
    created_at: int


class Place(Struct, frozen=True):
    """Whose errors an artifact may explain: an application's, or a service's in any, or anybody's
    where both are ""; a release's, or any's where it is ""."""

    application_id: str
    service: str
    release: str

    @classmethod
    def of(cls, artifact: Artifact) -> "Place":
        service = "" if artifact.application_id else artifact.service
        return cls(artifact.application_id, service, artifact.release)


def normal(url: str) -> str:
    """A URL without query and fragment; one without a host begins with `~/`. "" for what cannot be
    taken apart."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    path = parts.path if parts.path.startswith(("/", ORIGIN)) else f"/{parts.path}"
    if parts.netloc:
        return f"{parts.scheme}://{parts.netloc}{path}"
    return path if path.startswith(ORIGIN) else ORIGIN + path


def candidates(url: str) -> tuple[str, ...]:
    """What a map of the file at `url` may be filed under, the most exact first; none for a URL
    that names no file."""
    whole = normal(url)
    path = urlsplit(whole).path
    if not path.strip("/~") or len(whole) > URL_LENGTH_MAX:
        return ()
    loose = path if path.startswith(ORIGIN) else ORIGIN + path
    return (whole,) if whole == loose else (whole, loose)


def sibling(url: str, reference: str) -> str:
    """The normal URL of what a file at the normal `url` refers to, "" for none."""
    try:
        return normal(urljoin(url.removeprefix(ORIGIN), reference))
    except ValueError:
        return ""


def plain_debug_id(text: str) -> str:
    """A debug id as 32 lower-case hex digits, "" for what is none."""
    plain = text.strip().replace("-", "").lower()
    return plain if len(plain) == 32 and set(plain) <= _HEX else ""


def image_id(text: str) -> str:
    """The debug id of an image, as `plain_debug_id`: without the age that some have behind it."""
    plain = text.strip().replace("-", "").lower()
    return plain_debug_id(plain[:32]) if set(plain[32:]) <= _HEX and len(plain) <= 40 else ""


def elf_debug_id(build: str) -> str:
    """The debug id of an ELF file whose build id is this, "" for what is none."""
    plain = build.strip().lower()
    if len(plain) < 2 or len(plain) % 2 or not set(plain) <= _HEX:
        return ""
    return UUID(bytes_le=bytes.fromhex(plain[:32].ljust(32, "0"))).hex


def named_build(name: str) -> str:
    """The debug id that stands for a build of this name, "" for none: the name itself where it is
    one."""
    name = name.strip()
    if not name:
        return ""
    return image_id(name) or md5(name.encode(), usedforsecurity=False).hexdigest()
