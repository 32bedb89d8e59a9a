"""Bundles of a build: a ZIP of scripts and source maps, perhaps with a manifest.

What such a file says of its sizes is not believed; a bomb is refused before it unfolds.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

import msgspec
from msgspec import Struct

from tocsin.domain.artifact import normal, plain_debug_id, sibling
from tocsin.sources.source import Unreadable, clean

MANIFEST: Final = "manifest.json"
MANIFEST_BYTES_MAX: Final = 32 * 1024 * 1024
DIRECTORY_BYTES_MAX: Final = 16 * 1024 * 1024
ENTRIES_MAX: Final = 60_000
_MAP: Final = ".map"
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_COMMENT_MAX: Final = 65_535
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    OverflowError,
)
"""All that reading a damaged or hostile archive can raise."""


class _Described(Struct, frozen=True):
    """What the manifest says of a file."""

    type: str = ""
    url: str = ""
    headers: dict[str, str | None] = {}

    def header(self, name: str) -> str:
        return next((v or "" for key, v in self.headers.items() if key.lower() == name), "")


class _Manifest(Struct, frozen=True):
    files: dict[str, _Described] = {}


class Pair(Struct, frozen=True):
    """A source map and the minified file it is of ("" where the bundle has none), by their names
    in the bundle; `url` is that of the minified file."""

    source_map: str
    minified: str
    url: str
    debug_id: str


class Bundle:
    """An open bundle."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @property
    def names(self) -> list[str]:
        """Its files."""
        return [name for name in self._archive.NameToInfo if not name.endswith("/")]

    def pairs(self) -> list[Pair]:
        """Every source map with what it is of. Raises Unreadable.

        Without a manifest the place of a file in the archive is the path of its URL.
        """
        if MANIFEST not in self._archive.NameToInfo:
            return self._by_place()
        with self.file(MANIFEST) as file:
            said = file.read(MANIFEST_BYTES_MAX + 1)
        if len(said) > MANIFEST_BYTES_MAX:
            raise Unreadable(f"its manifest is larger than {MANIFEST_BYTES_MAX} bytes")
        try:
            return _paired(msgspec.json.decode(said, type=_Manifest).files)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreadable(f"its manifest cannot be read: {error}") from None

    def _by_place(self) -> list[Pair]:
        names = self._archive.NameToInfo
        return [
            Pair(name, shipped if shipped in names else "", normal(clean(shipped)), "")
            for name in names
            if name.endswith(_MAP) and (shipped := name.removesuffix(_MAP))
        ]

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """A file of the bundle. Raises Unreadable, also while it is read in the block."""
        try:
            with self._archive.open(name) as file:
                yield file
        except Unreadable:
            raise
        except _BROKEN as error:
            raise Unreadable(f"{clean(name)[:200]} cannot be read: {str(error)[:200]}") from None


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Bundle]:
    """A bundle in a file. Raises Unreadable."""
    _check_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise Unreadable(f"it is no artifact bundle: {str(error)[:200]}") from None
    with archive:
        yield Bundle(archive)


def _check_directory(file: IO[bytes]) -> None:
    """Refuse an archive whose directory alone would fill the memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_SIZE - _COMMENT_MAX))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise Unreadable("it is no artifact bundle: it has no directory")
    entries, directory = struct.unpack_from("<HI", tail, at + 10)
    if entries > ENTRIES_MAX or directory > DIRECTORY_BYTES_MAX:
        raise Unreadable(f"a bundle may hold {ENTRIES_MAX} files; upload in several parts")
    file.seek(0)


def _paired(files: dict[str, _Described]) -> list[Pair]:
    maps = {name: each for name, each in files.items() if each.type == "source_map"}
    by_url = {_url(each): name for name, each in maps.items() if _url(each)}
    by_id = {_debug_id(each): name for name, each in maps.items() if _debug_id(each)}
    pairs: list[Pair] = []
    for name, each in files.items():
        if each.type == "minified_source":
            url = _url(each)
            found = by_id.get(_debug_id(each)) or by_url.get(_map_url(each, url))
            if found:
                pairs.append(Pair(found, name, url, _debug_id(each)))
    used = {pair.source_map for pair in pairs}
    for name, each in maps.items():
        if name not in used:
            url = _url(each).removesuffix(".map")
            pairs.append(Pair(name, "", url, _debug_id(each)))
    return pairs


def _url(each: _Described) -> str:
    return normal(clean(each.url)) if each.url else ""


def _debug_id(each: _Described) -> str:
    return plain_debug_id(each.header("debug-id"))


def _map_url(minified: _Described, url: str) -> str:
    reference = minified.header("sourcemap") or f"{url.rpartition('/')[2]}.map"
    return sibling(url, reference) if url else ""
