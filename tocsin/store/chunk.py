"""Pieces of bundles on their way: beside the files by their SHA-1, for a day at most."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Final

from sqlalchemy import delete, func, select

from tocsin.domain.artifact import BUNDLE_BYTES_MAX
from tocsin.kernel.errors import EntityTooLarge
from tocsin.kernel.site import Site
from tocsin.kernel.units import DAY
from tocsin.store import blob
from tocsin.store.database import Tx
from tocsin.store.tables.artifact import assembly, chunk
from tocsin.store.upsert import insert_new, upsert

KEPT_MS: Final = DAY
log = logging.getLogger(__name__)


class Damaged(Exception):
    """What was sent is not what its name says; the text is for people."""


def name_of(content: bytes) -> str:
    """What a chunk goes by: the SHA-1 of its content."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def put(site: Site, account_id: int, name: str, content: bytes) -> int:
    """Bring a chunk to where files lie; its size. Damaged unless `name` is its SHA-1. Only `keep`
    makes it count."""
    if name_of(content) != name:
        raise Damaged(f"chunk {name[:40]} is damaged")
    descriptor, part = blob.new_part(blob.working_folder(site, account_id))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        blob.of(site).put({_name(account_id, name): part})
    finally:
        part.unlink(missing_ok=True)
    return len(content)


def keep(tx: Tx, account_id: int, chunks: dict[str, int]) -> None:
    """Record chunks by name and size; EntityTooLarge where too much is on its way."""
    for name, size in sorted(chunks.items()):
        values = {"size": size, "sent_at": tx.now}
        upsert(tx, chunk, {"account_id": account_id, "hash": name}, values)
    total = select(func.coalesce(func.sum(chunk.c.size), 0))
    waiting = int(tx.value(total.where(chunk.c.account_id == account_id)))
    if waiting > tx.site.files_bytes_max:
        raise EntityTooLarge(
            "uploads of the last day take {used} bytes of disk, this account may use {maximum};"
            " wait, or raise files_mb_max",
            used=waiting,
            maximum=tx.site.files_bytes_max,
        )


def sizes(tx: Tx, account_id: int, names: Collection[str]) -> dict[str, int]:
    """Name → size of those chunks that are here."""
    found: dict[str, int] = {}
    wanted = sorted(set(names))
    for start in range(0, len(wanted), 500):
        some = chunk.c.hash.in_(wanted[start : start + 500])
        rows = select(chunk.c.hash, chunk.c.size).where(chunk.c.account_id == account_id, some)
        found.update(dict(tx.tuples(rows)))
    return found


@contextmanager
def joined(site: Site, account_id: int, names: Sequence[str], checksum: str) -> Iterator[IO[bytes]]:
    """Chunks one after another as a file, at its start, until the block ends.

    Damaged where one is gone, they are too much, or together have another SHA-1 than `checksum`,
    unless that is "".
    """
    digest, size, lying = hashlib.sha1(usedforsecurity=False), 0, blob.of(site)
    with tempfile.TemporaryFile(dir=blob.working_folder(site, account_id)) as whole:
        for name in names:
            try:
                content = lying.read(_name(account_id, name))
            except FileNotFoundError:
                raise Damaged(f"chunk {name} is gone; upload again") from None
            size += len(content)
            if size > BUNDLE_BYTES_MAX:
                raise Damaged(f"the upload is larger than {BUNDLE_BYTES_MAX} bytes")
            digest.update(content)
            whole.write(content)
        if checksum and digest.hexdigest() != checksum:
            raise Damaged("the chunks together have another checksum; upload again")
        whole.seek(0)
        yield whole


def forget(tx: Tx, account_id: int, names: Sequence[str]) -> None:
    """Have chunks sent again."""
    for start in range(0, len(names), 500):
        some = chunk.c.hash.in_(names[start : start + 500])
        tx.run(delete(chunk).where(chunk.c.account_id == account_id, some))


def is_assembled(tx: Tx, account_id: int, subject: str) -> bool:
    """Whether a bundle was filed in the last day."""
    mine = (assembly.c.account_id == account_id) & (assembly.c.subject == subject)
    return tx.value(select(assembly.c.subject).where(mine)) is not None


def note_assembled(tx: Tx, account_id: int, subject: str) -> None:
    row = {"account_id": account_id, "subject": subject, "assembled_at": tx.now}
    insert_new(tx, assembly, row)


def forget_assembled(tx: Tx, account_id: int) -> None:
    """Have what is uploaded again be taken apart again."""
    tx.run(delete(assembly).where(assembly.c.account_id == account_id))


def sweep(tx: Tx, limit: int) -> int:
    """Remove up to `limit` chunks that nobody sent for a day."""
    before = tx.now - KEPT_MS
    tx.run(delete(assembly).where(assembly.c.assembled_at < before))
    old = select(chunk.c.account_id, chunk.c.hash).where(chunk.c.sent_at < before)
    found = tx.tuples(old.order_by(chunk.c.sent_at).limit(limit).with_for_update())
    try:
        blob.of(tx.site).remove([_name(*each) for each in found])
    except OSError as problem:
        log.warning("old chunks could not be removed: %s", problem)
        return 0
    for account_id, name in found:
        tx.run(delete(chunk).where(chunk.c.account_id == account_id, chunk.c.hash == name))
    return len(found)


def _name(account_id: int, name: str) -> str:
    return f"{account_id}/chunks/{name}"
