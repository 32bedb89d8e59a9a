"""The rows of mapping schemas."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.mapping import key_of
from tocsin.engine import mapping_file, mapping_row, mapping_schema
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, File, Kind, Rate, Upload, operation
from tocsin.kernel.paging import Window, decode_cursor, encode_cursor, window
from tocsin.kernel.units import seconds
from tocsin.store import mapping_row as rows
from tocsin.store.database import Database, Tx
from tocsin.store.mapping_row import Kept, Order
from tocsin.wire.mapping import READERS, SchemaId

TAG: Final = "Alert enrichment"
WRITER: Final = Permission.MAPPINGS_MANAGE

Value = Annotated[str, Meta(max_length=2048)]


class ListRows(Struct, frozen=True):
    schema_id: SchemaId
    query: Annotated[
        dict[str, str], Meta(description="A value for every source label, or nothing.")
    ] = {}
    orderby: Literal["", "created_at", "updated_at"] = ""
    asc: Annotated[bool, Meta(description="Oldest first.")] = False
    p: int = 1
    limit: Annotated[int, Meta(le=100)] = 20
    search_after_ctx: str = ""


class UpsertRows(Struct, frozen=True):
    schema_id: SchemaId
    docs: Annotated[
        tuple[dict[str, Value], ...],
        Meta(max_length=1000, description="Each has a value for every label of the schema."),
    ]


class DeleteRows(Struct, frozen=True):
    schema_id: SchemaId
    keys: Annotated[tuple[str, ...], Meta(max_length=100)]


class OneTable(Struct, frozen=True):
    schema_id: SchemaId


class LoadRows(Struct, frozen=True):
    schema_id: SchemaId
    do_not_truncate_first: Annotated[
        str, Meta(description="TRUE: the rows that are there stay, unless the file has them.")
    ] = ""


class RowItem(Struct, frozen=True):
    key: str
    fields: dict[str, str]
    created_at: int
    updated_at: int


class RowPage(Struct, frozen=True):
    items: list[RowItem]
    total: int
    has_next_page: bool
    search_after_ctx: str


class RowKeys(Struct, frozen=True):
    keys: list[str]


@operation("/enrichment/mapping/data/list", READERS, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListRows) -> RowPage:
    """List the rows of a mapping schema, or the one with these source labels.

    Pages by number, or by the cursor of the page before.
    """
    schema = mapping_schema.get(tx, caller.account_id, request.schema_id)
    page = window(request.p, request.limit)
    order = Order(request.orderby or Order.CREATED)
    after = None
    if request.search_after_ctx:
        page = Window(0, page.limit)
        after = decode_cursor(request.search_after_ctx, tuple[int, str])
    key = ""
    if request.query:
        key = key_of(schema, request.query)
        if not key:
            raise InvalidParameter(
                "query must name all source labels: {labels}",
                labels=", ".join(schema.source_labels),
            )
    place = (tx, caller.account_id, schema.generation)
    wider = Window(page.offset, page.limit + 1)
    found = rows.browse(*place, wider, order, ascending=request.asc, key=key, after=after)
    shown = found[: page.limit]
    has_next = len(found) > len(shown)
    return RowPage(
        items=[_item(row) for row in shown],
        total=rows.count(*place, [key] if key else None),
        has_next_page=has_next,
        search_after_ctx=_cursor(shown[-1], order) if has_next else "",
    )


@operation("/enrichment/mapping/data/upsert", WRITER, Kind.WRITE, tag=TAG, audited=False)
def upsert(tx: Tx, caller: Caller, request: UpsertRows) -> RowKeys:
    """Add rows to a mapping schema, or replace those with the same source labels."""
    return RowKeys(mapping_row.put(tx, caller, request.schema_id, request.docs))


@operation("/enrichment/mapping/data/delete", WRITER, Kind.WRITE, tag=TAG, audited=False)
def delete(tx: Tx, caller: Caller, request: DeleteRows) -> Empty:
    """Delete rows of a mapping schema by their keys."""
    mapping_row.remove(tx, caller, request.schema_id, request.keys)
    return Empty()


@operation("/enrichment/mapping/data/truncate", WRITER, Kind.WRITE, tag=TAG)
def truncate(tx: Tx, caller: Caller, request: OneTable) -> Empty:
    """Delete all rows of a mapping schema."""
    mapping_row.truncate(tx, caller, request.schema_id)
    return Empty()


@operation(
    "/enrichment/mapping/data/upload",
    WRITER,
    Kind.CALL_OUT,
    tag=TAG,
    rate=Rate(20, 2),
    audited=False,
)
def upload(database: Database, caller: Caller, request: Upload[LoadRows]) -> Empty:
    """Load the rows of a mapping schema from a CSV file of at most 100 MB.

    The first line names the labels, in any order. The file takes the place of all rows, or is laid
    on top of them with `do_not_truncate_first=TRUE`. A file with a mistake changes nothing.
    """
    wish = request.query
    keeps = wish.do_not_truncate_first.upper() == "TRUE"
    mapping_file.load(database, caller, wish.schema_id, request.file, keeps_rows=keeps)
    return Empty()


@operation("/enrichment/mapping/data/download", READERS, Kind.READ, tag=TAG)
def download(tx: Tx, caller: Caller, request: OneTable) -> File:
    """Give all rows of a mapping schema as a CSV file."""
    schema = mapping_schema.get(tx, caller.account_id, request.schema_id)
    return File(f"mapping-{schema.id}.csv", "text/csv", mapping_file.written(tx, schema))


def _item(row: Kept) -> RowItem:
    return RowItem(row.key, row.fields, seconds(row.created_at), seconds(row.updated_at))


def _cursor(row: Kept, order: Order) -> str:
    return encode_cursor(row.created_at if order is Order.CREATED else row.updated_at, row.key)
