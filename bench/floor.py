"""The least anybody could do with an envelope: decode, hash, compress, insert, in one thread."""

import gzip
import hashlib
import sqlite3
import zlib
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

import msgspec

BATCH: Final = 64


def events_per_second(bodies: Sequence[bytes], count: int, folder: Path) -> float:
    """How many gzipped envelopes a second a bare loop decodes, hashes, compresses and stores."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, hash TEXT, body BLOB)")
    started = perf_counter()
    for first in range(0, count, BATCH):
        rows = [_work(bodies[n % len(bodies)]) for n in range(first, min(first + BATCH, count))]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO event (hash, body) VALUES (?, ?)", rows)
        connection.execute("COMMIT")
    seconds = perf_counter() - started
    connection.close()
    return count / seconds


def _work(body: bytes) -> tuple[str, bytes]:
    event = msgspec.json.decode(gzip.decompress(body).split(b"\n", 2)[2])
    thrown = event["exception"]["values"][-1]
    parts = [thrown["type"], *(frame["function"] for frame in thrown["stacktrace"]["frames"])]
    digest = hashlib.md5("\n".join(parts).encode(), usedforsecurity=False).hexdigest()
    return digest, zlib.compress(msgspec.json.encode(event))
