"""ZIPs of releases that come in parts; the parts themselves are chunks."""

from msgspec.structs import asdict
from sqlalchemy import and_, delete, func, insert, select

from tocsin.domain.artifact import BuildUpload
from tocsin.kernel.units import DAY
from tocsin.store.database import Tx
from tocsin.store.tables.artifact import build_upload, build_upload_part, chunk
from tocsin.store.upsert import upsert

KEPT_MS = DAY


def add(tx: Tx, new: BuildUpload) -> None:
    tx.run(insert(build_upload).values(**asdict(new)))


def get(tx: Tx, account_id: int, upload_id: str) -> BuildUpload | None:
    """An upload that has begun, None once it ended."""
    wanted = select(build_upload).where(
        build_upload.c.account_id == account_id, build_upload.c.id == upload_id
    )
    return tx.row(wanted, BuildUpload)


def put_part(tx: Tx, upload: BuildUpload, position: int, chunk: str) -> None:
    """Note a part by its place, instead of the one that was there."""
    values = {"account_id": upload.account_id, "hash": chunk}
    upsert(tx, build_upload_part, {"upload_id": upload.id, "position": position}, values)


def parts(tx: Tx, upload: BuildUpload) -> list[tuple[int, str]]:
    """Position and chunk of each part, in order."""
    wanted = select(build_upload_part.c.position, build_upload_part.c.hash).where(
        build_upload_part.c.upload_id == upload.id
    )
    ordered = wanted.order_by(build_upload_part.c.position)
    return [(position, chunk) for position, chunk in tx.tuples(ordered)]


def sized_parts(tx: Tx, upload: BuildUpload) -> list[tuple[int, int]]:
    """Position and size of each part, in order; 0 for one that has gone since."""
    known = and_(chunk.c.account_id == upload.account_id, chunk.c.hash == build_upload_part.c.hash)
    wanted = (
        select(build_upload_part.c.position, func.coalesce(chunk.c.size, 0))
        .select_from(build_upload_part.outerjoin(chunk, known))
        .where(build_upload_part.c.upload_id == upload.id)
    )
    ordered = wanted.order_by(build_upload_part.c.position)
    return [(position, size) for position, size in tx.tuples(ordered)]


def remove(tx: Tx, upload_id: str) -> None:
    """End an upload."""
    tx.run(delete(build_upload_part).where(build_upload_part.c.upload_id == upload_id))
    tx.run(delete(build_upload).where(build_upload.c.id == upload_id))


def sweep(tx: Tx, limit: int) -> int:
    """Forget up to `limit` uploads that nobody finished for a day."""
    old = select(build_upload.c.id).where(build_upload.c.created_at < tx.now - KEPT_MS)
    found = tx.values(old.limit(limit))
    for upload_id in found:
        remove(tx, upload_id)
    return len(found)
