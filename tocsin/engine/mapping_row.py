"""What may be done to the rows of a mapping schema, a few at a time."""

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from tocsin.domain.mapping import ROWS_MAX, row_of
from tocsin.engine import mapping_schema
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest
from tocsin.store import mapping_row as rows
from tocsin.store import mapping_schema as schemas
from tocsin.store.database import Tx


def put(tx: Tx, caller: Caller, schema_id: str, docs: Collection[Mapping[str, str]]) -> list[str]:
    """Keep rows, each in place of the one with the same source labels; their keys, in order.

    Raises InvalidParameter for a row without all labels, BadRequest where the schema would have
    more rows than it may.
    """
    schema = mapping_schema.writable(tx, caller, schema_id)
    made = [row_of(schema, doc) for doc in docs]
    new = {row.key: row for row in made}
    held = rows.count(tx, schema.account_id, schema.generation)
    replaced = rows.count(tx, schema.account_id, schema.generation, list(new))
    if held + len(new) - replaced > ROWS_MAX:
        raise too_many()
    rows.put(tx, schema.account_id, schema.generation, list(new.values()))
    return [row.key for row in made]


def remove(tx: Tx, caller: Caller, schema_id: str, keys: Collection[str]) -> None:
    """Forget rows by key; unknown keys do no harm."""
    schema = mapping_schema.writable(tx, caller, schema_id)
    rows.remove(tx, schema.account_id, schema.generation, keys)


def truncate(tx: Tx, caller: Caller, schema_id: str) -> None:
    """Forget all rows."""
    schema = mapping_schema.writable(tx, caller, schema_id)
    schemas.save(tx, replace(schema, generation=tx.ids.object_id()))
    rows.leave(tx, schema.account_id, schema.generation, tx.now)


def too_many() -> BadRequest:
    return BadRequest(
        "a mapping schema may have {maximum} rows; delete some first", maximum=ROWS_MAX
    )
