"""CSV files into mapping schemas and out of them.

A file is loaded beside the rows in force, some at a time in short transactions, and takes their
place at once when all of it is good. Until then, and if anything is wrong, nothing has changed.
"""

import csv
import io
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Final, Protocol

from msgspec.structs import replace

from tocsin.domain.mapping import ROWS_MAX, MappingRow, MappingSchema, row_of
from tocsin.engine import mapping_schema
from tocsin.engine.mapping_row import too_many
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.units import HOUR, MINUTE
from tocsin.store import mapping_row as rows
from tocsin.store import mapping_schema as schemas
from tocsin.store.database import Database, Tx

ROWS_AT_ONCE: Final = 300
CHARACTERS_AT_ONCE: Final = 256 * 1024
LEASE_MS: Final = 10 * MINUTE
MEMORY_MAX: Final = 1024 * 1024


class _Reader(Protocol):
    """Lines of a CSV file as their values, and the number of the last one read."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


def load(
    database: Database, caller: Caller, schema_id: str, file: IO[bytes], *, keeps_rows: bool
) -> None:
    """Load a file into a schema, in place of its rows or on top of them.

    Raises InvalidParameter for a file that does not fit, and TooFrequent while another is loaded.
    """
    with database.write() as tx:
        schema = _claim(tx, caller, schema_id)
        target = tx.ids.object_id()
        rows.leave(tx, schema.account_id, target, tx.now + HOUR)
    try:
        if keeps_rows:
            _copy(database, schema, target)
        for batch in _batches(_read(schema, file)):
            with database.write() as tx:
                rows.put(tx, schema.account_id, target, batch)
        _take_over(database, schema, target)
    except BaseException:
        _let_go(database, schema, target)
        raise


def written(tx: Tx, schema: MappingSchema) -> IO[bytes]:
    """All rows of a schema as CSV, at its start; the first line names the labels."""
    file: IO[bytes] = SpooledTemporaryFile(MEMORY_MAX)  # noqa: SIM115 - its reader closes it
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(schema.labels)
    for fields in rows.everything(tx, schema.account_id, schema.generation):
        writer.writerow([fields[label] for label in schema.labels])
    text.detach()
    file.seek(0)
    return file


def _claim(tx: Tx, caller: Caller, schema_id: str) -> MappingSchema:
    """The schema, with nobody else at its rows until this is over or the lease ends."""
    found = mapping_schema.writable(tx, caller, schema_id)
    claimed = replace(found, loading_until=tx.now + LEASE_MS)
    schemas.save(tx, claimed)
    return claimed


def _copy(database: Database, schema: MappingSchema, target: str) -> None:
    after = ""
    while True:
        with database.write() as tx:
            after = rows.copy_some(
                tx, schema.account_id, schema.generation, target, after, ROWS_AT_ONCE
            )
        if not after:
            return


def _take_over(database: Database, schema: MappingSchema, target: str) -> None:
    """Bring the loaded rows into force."""
    with database.write() as tx:
        current = schemas.get(tx, schema.account_id, schema.id, lock=True)
        if current is None or current.generation != schema.generation:
            raise ResourceNotFound("no mapping schema has the id {schema_id}", schema_id=schema.id)
        if rows.count(tx, schema.account_id, target) > ROWS_MAX:
            raise too_many()
        schemas.save(tx, replace(current, generation=target, loading_until=0))
        rows.adopt(tx, schema.account_id, target)
        rows.leave(tx, schema.account_id, schema.generation, tx.now)


def _let_go(database: Database, schema: MappingSchema, target: str) -> None:
    """Give up: the schema is free again, and what was loaded goes."""
    with database.write() as tx:
        current = schemas.get(tx, schema.account_id, schema.id, lock=True)
        if current and current.loading_until == schema.loading_until:
            schemas.save(tx, replace(current, loading_until=0))
        rows.leave(tx, schema.account_id, target, tx.now)


def _batches(read: Iterator[MappingRow]) -> Iterator[list[MappingRow]]:
    batch: list[MappingRow] = []
    size = 0
    for row in read:
        batch.append(row)
        size += sum(map(len, row.fields.values()))
        if len(batch) >= ROWS_AT_ONCE or size >= CHARACTERS_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read(schema: MappingSchema, file: IO[bytes]) -> Iterator[MappingRow]:
    """The rows of a file; InvalidParameter, naming the line, where one does not fit."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    reader = csv.reader(text)
    try:
        labels = next(reader, [])
        for label in schema.labels:
            if labels.count(label) != 1:
                raise InvalidParameter(
                    "the first line of the file must name the label {label} once", label=label
                )
        yield from _rows(schema, reader, labels)
    except (csv.Error, UnicodeDecodeError) as problem:
        raise InvalidParameter(
            "line {line} of the file is no CSV in UTF-8: {problem}",
            line=reader.line_num,
            problem=problem,
        ) from None
    finally:
        text.detach()


def _rows(schema: MappingSchema, reader: _Reader, labels: list[str]) -> Iterator[MappingRow]:
    seen: set[str] = set()
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(labels):
            raise InvalidParameter(
                "line {line} of the file has {count} values, the first line {expected}",
                line=reader.line_num,
                count=len(cells),
                expected=len(labels),
            )
        row = row_of(schema, dict(zip(labels, cells, strict=True)))
        if row.key in seen:
            raise InvalidParameter(
                "line {line} of the file repeats the source labels of an earlier one",
                line=reader.line_num,
            )
        seen.add(row.key)
        if len(seen) > ROWS_MAX:
            raise too_many()
        yield row
