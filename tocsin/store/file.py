"""Uploaded files on disk, by the SHA-256 of their content, and what they take of the quota.

A file is on disk, compressed, before the row that tells of it is. What nothing refers to any more
is removed within a day.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

import zstandard
from msgspec import Struct
from sqlalchemy import delete, exists, func, or_, select, update

from tocsin.kernel.errors import EntityTooLarge
from tocsin.kernel.units import DAY, HOUR
from tocsin.store.database import Tx
from tocsin.store.tables.artifact import artifact, stored_file
from tocsin.store.upsert import upsert_many

_LEVEL: Final = 6
_PIECE: Final = 256 * 1024
_PART: Final = "part-"
_GRACE_MS: Final = HOUR
_CHECK_MS: Final = DAY
_IS_USED: Final = or_(
    *(
        exists().where(
            artifact.c.account_id == stored_file.c.account_id, column == stored_file.c.hash
        )
        for column in (artifact.c.map_hash, artifact.c.minified_hash)
    )
)


class Stored(Struct, frozen=True):
    """A file on disk: the hash and size of its content, what it takes compressed, and the name it
    has until it is kept."""

    hash: str
    size: int
    disk_size: int
    part: str


class FileGone(Exception):
    """The folder has no such file."""


class Incoming:
    """Files of one upload on their way to disk; those that nobody kept go when the block ends."""

    def __init__(self, folder: str, account_id: int) -> None:
        self._place = Path(folder) / str(account_id)
        self._parts: list[Path] = []

    def __enter__(self) -> "Incoming":
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        for part in self._parts:
            part.unlink(missing_ok=True)

    def put(self, content: IO[bytes], limit: int) -> Stored:
        """Bring what is left of `content` to disk, synced. EntityTooLarge past `limit` bytes."""
        digest, size = hashlib.sha256(), 0
        descriptor, name = tempfile.mkstemp(dir=self._place, prefix=_PART)
        self._parts.append(Path(name))
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
        return Stored(digest.hexdigest(), size, disk_size, name)


def keep(tx: Tx, account_id: int, files: list[Stored]) -> None:
    """Have incoming files stay; EntityTooLarge where the account's quota is full.

    What refers to them is written in the same transaction.
    """
    distinct = {each.hash: each for each in sorted(files, key=lambda each: each.hash)}
    rows = [
        {
            "account_id": account_id,
            "hash": stored.hash,
            "size": stored.size,
            "disk_size": stored.disk_size,
            "check_at": tx.now + _GRACE_MS,
        }
        for stored in distinct.values()
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
    for stored in distinct.values():
        # In place of its like, if there is one: that may be on its way out.
        Path(stored.part).replace(_path(tx.site.files_dir, account_id, stored.hash))
    _sync(Path(tx.site.files_dir) / str(account_id))


def usage(tx: Tx, account_id: int) -> int:
    """Bytes of disk that an account's files take."""
    total = select(func.coalesce(func.sum(stored_file.c.disk_size), 0))
    return int(tx.value(total.where(stored_file.c.account_id == account_id)))


def read(folder: str, account_id: int, digest: str) -> bytes:
    """The whole content of a file; FileGone where there is none. `put` bounded its size."""
    try:
        packed = _path(folder, account_id, digest).read_bytes()
        return zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    except (OSError, zstandard.ZstdError):
        raise FileGone(digest) from None


def sweep(tx: Tx, limit: int) -> int:
    """Look at up to `limit` files, each once a day, and remove those that nothing refers to."""
    _sweep_parts(tx)
    due = select(stored_file.c.account_id, stored_file.c.hash, _IS_USED).where(
        stored_file.c.check_at <= tx.now
    )
    found = tx.tuples(due.order_by(stored_file.c.check_at).limit(limit).with_for_update())
    for account_id, digest, is_used in found:
        mine = (stored_file.c.account_id == account_id) & (stored_file.c.hash == digest)
        if is_used:
            tx.run(update(stored_file).where(mine).values(check_at=tx.now + _CHECK_MS))
        else:
            _path(tx.site.files_dir, account_id, digest).unlink(missing_ok=True)
            tx.run(delete(stored_file).where(mine))
    return len(found)


def _path(folder: str, account_id: int, digest: str) -> Path:
    return Path(folder) / str(account_id) / digest


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep_parts(tx: Tx) -> None:
    """Remove what processes that died had not yet kept."""
    for part in Path(tx.site.files_dir).glob(f"*/{_PART}*"):
        with suppress(FileNotFoundError):
            if part.stat().st_mtime * 1000 < tx.now - _GRACE_MS:
                part.unlink()
