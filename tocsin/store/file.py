"""Uploaded files on disk, by the SHA-256 of their content, and what they take of the quota.

A file is on disk before a row tells of it. It lies there compressed. What nothing refers to any
more is removed an hour after it was last sent, so that who sends it again meanwhile keeps it.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO, Final

import zstandard
from msgspec import Struct
from sqlalchemy import delete, exists, func, select

from tocsin.kernel.errors import EntityTooLarge, Unavailable
from tocsin.kernel.units import HOUR
from tocsin.store.database import Tx
from tocsin.store.tables.artifact import artifact, stored_file
from tocsin.store.upsert import upsert

_LEVEL: Final = 6
_PIECE: Final = 256 * 1024
_GRACE_MS: Final = HOUR


class Stored(Struct, frozen=True):
    """A file on disk: the hash and size of its content, and what it takes compressed."""

    hash: str
    size: int
    disk_size: int


class FileGone(Exception):
    """The folder has no such file."""


def put(folder: str, account_id: int, content: IO[bytes], limit: int) -> Stored:
    """Bring what is left of `content` to disk, synced. EntityTooLarge past `limit` bytes.

    Only `keep` makes it stay.
    """
    place = Path(folder) / str(account_id)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor, name = tempfile.mkstemp(dir=place, prefix="part-")
    try:
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
        return _moved(place, name, Stored(digest.hexdigest(), size, disk_size))
    finally:
        Path(name).unlink(missing_ok=True)


def _moved(place: Path, name: str, stored: Stored) -> Stored:
    target = place / stored.hash[:2] / stored.hash
    target.parent.mkdir(mode=0o700, exist_ok=True)
    Path(name).replace(target)
    for folder in (target.parent, place):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return stored


def keep(tx: Tx, account_id: int, files: list[Stored]) -> None:
    """Record files that `put` brought to disk; EntityTooLarge where the account's quota is full.

    What refers to them is written in the same transaction.
    """
    for stored in {each.hash: each for each in files}.values():
        key = {"account_id": account_id, "hash": stored.hash}
        values = {"size": stored.size, "disk_size": stored.disk_size, "sent_at": tx.now}
        upsert(tx, stored_file, key, values)
        if not _path(tx.site.files_dir, account_id, stored.hash).is_file():
            raise Unavailable("the file was being removed as it came; send it again")
    used = usage(tx, account_id)
    if used > tx.site.files_bytes_max:
        raise EntityTooLarge(
            "source maps would take {used} bytes of disk, this account may use {maximum}; delete"
            " old releases or raise files_mb_max",
            used=used,
            maximum=tx.site.files_bytes_max,
        )


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
    """Remove up to `limit` files that nothing refers to any more."""
    mine = artifact.c.account_id == stored_file.c.account_id
    is_used = exists().where(
        mine,
        (artifact.c.map_hash == stored_file.c.hash)
        | (artifact.c.minified_hash == stored_file.c.hash),
    )
    old = select(stored_file.c.account_id, stored_file.c.hash).where(
        stored_file.c.sent_at < tx.now - _GRACE_MS, ~is_used
    )
    found = tx.tuples(old.limit(limit).with_for_update())
    for account_id, digest in found:
        _path(tx.site.files_dir, account_id, digest).unlink(missing_ok=True)
        tx.run(
            delete(stored_file).where(
                stored_file.c.account_id == account_id, stored_file.c.hash == digest
            )
        )
    return len(found)


def _path(folder: str, account_id: int, digest: str) -> Path:
    return Path(folder) / str(account_id) / digest[:2] / digest
