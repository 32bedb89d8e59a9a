"""Chunks put together to a debug file of a compiled program, and what it says filed."""

import hashlib
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Final

import msgspec
from msgspec import Struct

from tocsin.domain.artifact import BUNDLE_BYTES_MAX
from tocsin.engine import application as applications
from tocsin.engine import artifact as artifacts
from tocsin.engine.artifact import Upload
from tocsin.kernel.caller import Caller
from tocsin.kernel.site import Site
from tocsin.sources import artifact_bundle, debug_file
from tocsin.sources.debug_file import Found
from tocsin.sources.source import TooLarge, Unreadable
from tocsin.store import chunk as chunks
from tocsin.store.database import Tx
from tocsin.store.file import Incoming

INDEX_BYTES_MAX: Final = 512 * 1024 * 1024
FILES_MAX: Final = 20
_DSYM: Final = ".dSYM/Contents/Resources/DWARF/"
_PIECE: Final = 256 * 1024


class FileOrder(Struct, frozen=True):
    """The SHA-1 of the whole, its name, the debug id its sender gives it, and chunks by SHA-1."""

    checksum: str
    name: str
    debug_id: str
    chunks: tuple[str, ...]
    application_id: str

    @property
    def subject(self) -> str:
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


class Kept(Struct, frozen=True):
    """What is known of one build's part of a debug file, and the upload that it is filed by."""

    name: str
    debug_id: str
    arch: str
    kind: str
    format: str
    features: tuple[str, ...]
    upload: Upload


def unpack(site: Site, incoming: Incoming, caller: Caller, order: FileOrder) -> list[Kept]:
    """Bring the indexes of a debug file to disk; `file` makes them stay. No transaction is open.

    Damaged, Unreadable or EntityTooLarge say why it cannot be.
    """
    with chunks.joined(site, caller.account_id, order.chunks, order.checksum) as whole:
        found = debug_file.taken_apart(whole, order.debug_id or _named(order.name))
    return [_kept(incoming, order.name, each) for each in found]


def unzip(incoming: Incoming, archive: IO[bytes]) -> list[Kept]:
    """The same of every debug file in a ZIP, as older tools send them."""
    kept: list[Kept] = []
    with artifact_bundle.opened(archive) as bundle:
        # What stands beside the code in a dSYM (Info.plist and more) tells nothing of it.
        names = [name for name in bundle.names if _DSYM in name] or bundle.names
        if len(names) > FILES_MAX:
            raise Unreadable(f"it holds more than {FILES_MAX} files")
        for name in names:
            with bundle.file(name) as content, TemporaryFile() as whole:
                _copy(content, whole)
                found = debug_file.taken_apart(whole, _named(name))
            kept += [_kept(incoming, name, each) for each in found]
    return kept


def single(incoming: Incoming, content: IO[bytes], name: str, debug_id: str) -> list[Kept]:
    """The same of one debug file. `debug_id` is what a mapping is called that names no build."""
    with TemporaryFile() as whole:
        _copy(content, whole)
        found = debug_file.taken_apart(whole, debug_id)
    return [_kept(incoming, name, each) for each in found]


def file(tx: Tx, caller: Caller, application_id: str, kept: list[Kept]) -> None:
    """File what was unpacked for its application."""
    application = applications.managed(tx, caller, application_id)
    uploads = [msgspec.structs.replace(one.upload, application=application) for one in kept]
    artifacts.file(tx, caller, uploads)


def _kept(incoming: Incoming, name: str, found: Found) -> Kept:
    upload = Upload(
        source_map=incoming.put(BytesIO(found.index), INDEX_BYTES_MAX),
        url=_url(name, found.arch),
        debug_id=found.debug_id,
        platform=found.platform,
    )
    return Kept(name, found.debug_id, found.arch, found.kind, found.format, found.features, upload)


def _copy(content: IO[bytes], whole: IO[bytes]) -> None:
    size = 0
    while piece := content.read(_PIECE):
        size += len(piece)
        if size > BUNDLE_BYTES_MAX:
            raise TooLarge(f"a file in it is larger than {BUNDLE_BYTES_MAX} bytes")
        whole.write(piece)
    whole.seek(0)


def _named(name: str) -> str:
    """The debug id in the name of a mapping: `/proguard/<uuid>.txt`."""
    return name.rpartition("/")[2].removesuffix(".txt")


def _url(name: str, arch: str) -> str:
    return name if arch in ("any", "unknown") else f"{name} ({arch})"
