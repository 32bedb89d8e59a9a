"""Uploaded files, compressed, by the SHA-256 of their content, and what they take of the quota.

A row announces a file before it is brought to where files lie, so that the sweeper lets it be; what
refers to it is written once it lies there. What nothing refers to goes within a day.
"""

import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

import zstandard
from msgspec import Struct
from sqlalchemy import delete, exists, func, or_, select, update

from tocsin.kernel.errors import EntityTooLarge, Unavailable
from tocsin.kernel.site import Site
from tocsin.kernel.units import DAY, HOUR
from tocsin.store import blob
from tocsin.store.database import Database, Tx
from tocsin.store.tables.artifact import artifact, stored_file
from tocsin.store.upsert import upsert_many

_LEVEL: Final = 6
_PIECE: Final = 256 * 1024
_GRACE_MS: Final = HOUR
_CHECK_MS: Final = DAY
_AT_ONCE: Final = 500
log = logging.getLogger(__name__)
_IS_USED: Final = or_(
    *(
        exists().where(
            artifact.c.account_id == stored_file.c.account_id, column == stored_file.c.hash
        )
        for column in (artifact.c.map_hash, artifact.c.minified_hash)
    )
)


class Stored(Struct, frozen=True):
    """A file on its way: the hash and size of its content, what it takes compressed, and where it
    was written."""

    hash: str
    size: int
    disk_size: int
    part: str


class FileGone(Exception):
    """There is no such file, or it cannot be reached now; the text says which."""


class Incoming:
    """Files of one upload; those that were not filed go when the block ends."""

    def __init__(self, database: Database, account_id: int) -> None:
        self._database = database
        self._account_id = account_id
        self._place = blob.working_folder(database.site, account_id)
        self._parts: list[Path] = []
        self._stored: dict[str, Stored] = {}

    def __enter__(self) -> "Incoming":
        return self

    def __exit__(self, *_: object) -> None:
        for part in self._parts:
            part.unlink(missing_ok=True)

    def put(self, content: IO[bytes], limit: int) -> Stored:
        """Write what is left of `content` down, synced. EntityTooLarge past `limit` bytes."""
        digest, size = hashlib.sha256(), 0
        descriptor, part = blob.new_part(self._place)
        self._parts.append(part)
        with os.fdopen(descriptor, "wb") as file:
            packing = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
            while piece := content.read(_PIECE):
                size += len(piece)
                if size > limit:
                    raise EntityTooLarge("the file must be at most {maximum} bytes", maximum=limit)
                digest.update(piece)
                file.write(packing.compress(piece))
            file.write(packing.flush())
            file.flush()
            os.fsync(file.fileno())
            disk_size = file.tell()
        stored = Stored(digest.hexdigest(), size, disk_size, str(part))
        self._stored[stored.hash] = stored
        return stored

    @contextmanager
    def filing(self) -> Iterator[Tx]:
        """Bring the files to where files lie, then a transaction to write in what refers to them.

        EntityTooLarge where the account's quota is full; OSError where they cannot be brought.
        """
        files = sorted(self._stored.values(), key=lambda each: each.hash)
        with self._database.write() as tx:
            _announce(tx, self._account_id, files)
        parts = {_name(self._account_id, each.hash): Path(each.part) for each in files}
        blob.of(self._database.site).put(parts)
        with self._database.write() as tx:
            _renew(tx, self._account_id, files)
            yield tx


def _announce(tx: Tx, account_id: int, files: Sequence[Stored]) -> None:
    rows = [
        {
            "account_id": account_id,
            "hash": stored.hash,
            "size": stored.size,
            "disk_size": stored.disk_size,
            "check_at": tx.now + _GRACE_MS,
        }
        for stored in files
    ]
    if rows:
        upsert_many(tx, stored_file, ("account_id", "hash"), rows)
    used = usage(tx, account_id)
    if used > tx.site.files_bytes_max:
        raise EntityTooLarge(
            "source maps would take {used} bytes of disk, this account may use {maximum}; delete"
            " old releases or raise files_mb_max",
            used=used,
            maximum=tx.site.files_bytes_max,
        )


def _renew(tx: Tx, account_id: int, files: Sequence[Stored]) -> None:
    """Be sure that none was swept while all were brought, which would take an hour."""
    hashes = [each.hash for each in files]
    for start in range(0, len(hashes), _AT_ONCE):
        some = hashes[start : start + _AT_ONCE]
        mine = (stored_file.c.account_id == account_id) & stored_file.c.hash.in_(some)
        kept = tx.run(update(stored_file).where(mine).values(check_at=tx.now + _GRACE_MS))
        if kept < len(some):
            raise Unavailable("the upload took too long; send it again")


def usage(tx: Tx, account_id: int) -> int:
    """Bytes that an account's files take."""
    total = select(func.coalesce(func.sum(stored_file.c.disk_size), 0))
    return int(tx.value(total.where(stored_file.c.account_id == account_id)))


def read(site: Site, account_id: int, digest: str) -> bytes:
    """The whole content of a file; FileGone where there is none. `put` bounded its size."""
    try:
        packed = blob.of(site).read(_name(account_id, digest))
        return zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    except (FileNotFoundError, zstandard.ZstdError):
        raise FileGone("is gone from this server") from None
    except OSError as problem:
        raise FileGone(f"cannot be reached now ({problem})") from None


def sweep(tx: Tx, limit: int) -> int:
    """Look at up to `limit` files, each once a day, and remove those that nothing refers to."""
    _sweep_parts(tx)
    due = select(stored_file.c.account_id, stored_file.c.hash, _IS_USED).where(
        stored_file.c.check_at <= tx.now
    )
    found = tx.tuples(due.order_by(stored_file.c.check_at).limit(limit).with_for_update())
    unused = [(account_id, digest) for account_id, digest, is_used in found if not is_used]
    is_gone = _removed(tx, [_name(*each) for each in unused])
    for account_id, digest, is_used in found:
        mine = (stored_file.c.account_id == account_id) & (stored_file.c.hash == digest)
        if is_gone and not is_used:
            tx.run(delete(stored_file).where(mine))
        else:
            later = _CHECK_MS if is_used else _GRACE_MS
            tx.run(update(stored_file).where(mine).values(check_at=tx.now + later))
    return len(found)


def _removed(tx: Tx, names: Sequence[str]) -> bool:
    """Whether files could be removed. While their rows are locked, lest an upload of the like brings
    one back in between."""
    try:
        blob.of(tx.site).remove(names)
    except OSError as problem:
        log.warning("unused files could not be removed: %s", problem)
        return False
    return True


def _name(account_id: int, digest: str) -> str:
    return f"{account_id}/{digest}"


def _sweep_parts(tx: Tx) -> None:
    """Remove what processes that died had not yet brought anywhere."""
    for part in Path(tx.site.files_dir).glob(f"*/{blob.PART}*"):
        with suppress(FileNotFoundError):
            if part.stat().st_mtime * 1000 < tx.now - _GRACE_MS:
                part.unlink()
