"""Source maps of a release in one ZIP that comes in parts: begun, sent, merged or given up."""

from tocsin.domain.artifact import BuildUpload
from tocsin.engine import application as applications
from tocsin.engine import artifact as engine
from tocsin.engine import assembly
from tocsin.engine.assembly import Order
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.sources.source import Unreadable
from tocsin.store import artifact as artifacts
from tocsin.store import build_upload as uploads
from tocsin.store import chunk as chunks
from tocsin.store.chunk import Damaged
from tocsin.store.database import Database, Tx
from tocsin.store.file import Incoming

PARTS_MAX = 1_000


def begin(
    tx: Tx, caller: Caller, application_id: str, release: str, *, replaces: bool
) -> BuildUpload:
    """Begin an upload; InvalidParameter where the release has maps and they are to stay."""
    engine.require_right(caller)
    application = applications.managed(tx, caller, application_id)
    if not replaces and artifacts.has_release(tx, caller.account_id, application.id, release):
        raise InvalidParameter(
            "release {release} has source maps already; send needCover to replace them",
            release=release,
        )
    new = BuildUpload(
        id=tx.ids.short(),
        account_id=caller.account_id,
        application_id=application.id,
        release=release,
        created_at=tx.now,
    )
    uploads.add(tx, new)
    return new


def take(tx: Tx, caller: Caller, upload_id: str, position: int, chunk: str, size: int) -> None:
    """Take in a part whose bytes are on disk as a chunk."""
    engine.require_right(caller)
    if not 0 <= position < PARTS_MAX:
        raise InvalidParameter("an upload may have at most {maximum} parts", maximum=PARTS_MAX)
    upload = _known(tx, caller, upload_id)
    chunks.keep(tx, caller.account_id, {chunk: size})
    uploads.put_part(tx, upload, position, chunk)


def merge(database: Database, caller: Caller, upload_id: str) -> None:
    """File what all parts hold together; InvalidParameter says why that cannot be."""
    engine.require_right(caller)
    with database.read() as tx:
        upload = _known(tx, caller, upload_id)
        parts = uploads.parts(tx, upload)
    positions = [position for position, _ in parts]
    if not parts or positions != list(range(positions[0], positions[0] + len(parts))):
        raise InvalidParameter("parts are missing; send all of them first")
    order = Order("", tuple(chunk for _, chunk in parts), (upload.application_id,), upload.release)
    try:
        with Incoming(database, caller.account_id) as incoming:
            found = assembly.unpack(database.site, incoming, caller, order)
            with incoming.filing() as tx:
                assembly.file(tx, caller, order, found)
                uploads.remove(tx, upload_id)
    except (Damaged, Unreadable) as problem:
        raise InvalidParameter("the upload cannot be used: {reason}", reason=problem) from None


def progress(tx: Tx, caller: Caller, upload_id: str) -> list[tuple[int, int]]:
    """Position and size of the parts that are here, in order."""
    engine.require_right(caller)
    return uploads.sized_parts(tx, _known(tx, caller, upload_id))


def give_up(tx: Tx, caller: Caller, upload_id: str) -> None:
    """End an upload without filing anything."""
    engine.require_right(caller)
    uploads.remove(tx, _known(tx, caller, upload_id).id)


def _known(tx: Tx, caller: Caller, upload_id: str) -> BuildUpload:
    found = uploads.get(tx, caller.account_id, upload_id)
    if found is None:
        raise ResourceNotFound("there is no upload {upload_id}; begin one", upload_id=upload_id)
    return found
