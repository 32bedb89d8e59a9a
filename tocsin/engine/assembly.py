"""Chunks put together to what a build uploaded, and its files filed."""

import hashlib
from typing import Final

import msgspec
from msgspec import Struct

from tocsin.domain.application import Application
from tocsin.domain.artifact import FILE_BYTES_MAX
from tocsin.engine import application as applications
from tocsin.engine import artifact as artifacts
from tocsin.engine.artifact import Upload
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import EntityTooLarge
from tocsin.kernel.site import Site
from tocsin.sources import artifact_bundle
from tocsin.sources.artifact_bundle import Bundle
from tocsin.sources.source import TooLarge
from tocsin.store import chunk as chunks
from tocsin.store import release as releases
from tocsin.store.database import Tx
from tocsin.store.file import Incoming, Stored

UNPACKED_BYTES_MAX: Final = 1024 * 1024 * 1024


class Order(Struct, frozen=True):
    """Chunks by SHA-1 in their order, the SHA-1 of the whole, and what it is for."""

    checksum: str
    chunks: tuple[str, ...]
    application_ids: tuple[str, ...]
    release: str = ""
    dist: str = ""

    @property
    def subject(self) -> str:
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


def missing(tx: Tx, account_id: int, names: tuple[str, ...]) -> list[str]:
    """The chunks that are still to be sent, in their order."""
    here = chunks.sizes(tx, account_id, names)
    return [name for name in dict.fromkeys(names) if name not in here]


def unpack(site: Site, incoming: Incoming, caller: Caller, order: Order) -> list[Upload]:
    """Bring the files of a bundle to disk; `file` makes them stay. No transaction is open.

    Damaged, Unreadable or EntityTooLarge say why it cannot be.
    """
    with (
        chunks.joined(site, caller.account_id, order.chunks, order.checksum) as whole,
        artifact_bundle.opened(whole) as bundle,
    ):
        unpacking = _Unpacking(incoming, bundle)
        return [
            Upload(
                source_map=unpacking.stored(pair.source_map),
                minified=unpacking.stored(pair.minified) if pair.minified else None,
                release=order.release,
                dist=order.dist,
                url=pair.url,
                debug_id=pair.debug_id,
            )
            for pair in bundle.pairs()
            if pair.debug_id or (order.release and pair.url)
        ]


def file(tx: Tx, caller: Caller, order: Order, uploads: list[Upload]) -> None:
    """File what was unpacked for each application it is for, whose release exists from then on."""
    for application_id in order.application_ids:
        application = applications.managed(tx, caller, application_id)
        if order.release:
            releases.ensure(tx, caller.account_id, application_id, order.release)
        artifacts.file(tx, caller, [_of(upload, application) for upload in uploads])


class _Unpacking:
    """Files of a bundle on their way to disk, each once."""

    def __init__(self, incoming: Incoming, bundle: Bundle) -> None:
        self._incoming = incoming
        self._bundle = bundle
        self._stored: dict[str, Stored] = {}
        self._size = 0

    def stored(self, name: str) -> Stored:
        if name not in self._stored:
            with self._bundle.file(name) as content:
                try:
                    new = self._incoming.put(content, FILE_BYTES_MAX)
                except EntityTooLarge:
                    raise TooLarge(f"{name} is larger than {FILE_BYTES_MAX} bytes") from None
            self._size += new.size
            if self._size > UNPACKED_BYTES_MAX:
                raise TooLarge(f"its files are more than {UNPACKED_BYTES_MAX} bytes together")
            self._stored[name] = new
        return self._stored[name]


def _of(upload: Upload, application: Application) -> Upload:
    return msgspec.structs.replace(upload, application=application)
