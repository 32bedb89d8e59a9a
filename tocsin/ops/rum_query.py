"""Questions about what applications sent: tables, series over time, counts and fields."""

from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain import dql, sql
from tocsin.domain.dql import Node
from tocsin.domain.rum_query import GROUPS_MAX, FieldKind, Scope, check_window, scope_of, step
from tocsin.domain.sql import Select
from tocsin.engine.application import viewer
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import Failure, InvalidParameter
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import decode_cursor, encode_cursor
from tocsin.kernel.time_zone import is_time_zone, zone
from tocsin.kernel.units import SECOND
from tocsin.store import rum_query as stored
from tocsin.store.database import Tx
from tocsin.store.rum_fields import SOURCES
from tocsin.store.rum_query import Range, Steps

TAG: Final = "RUM/Data"
QUERIES_MAX: Final = 20

Milliseconds = Annotated[int, Meta(description="Milliseconds since 1970.")]
Applications = Annotated[
    list[str], Meta(max_length=100, description="Empty means every one the caller may see.")
]
Dql = Annotated[str, Meta(description="A query in the explorers' language.")]
Value = str | int | float | bool | None


class Format(StrEnum):
    """How an answer is given: as rows, or as rows for each point in time."""

    TABLE = "table"
    TIME_SERIES = "time_series"


class Query(Struct, frozen=True):
    """One question; its answer stands under its `id`."""

    id: Annotated[str, Meta(min_length=1, max_length=64)]
    sql: Annotated[
        str,
        Meta(
            description="SELECT … FROM sessions, views, actions, errors, resources, long_tasks, vitals "
            "or issues; empty asks for every field of the errors that `dql` finds."
        ),
    ] = ""
    dql: Dql = ""
    format: Format = Format.TABLE
    interval: Annotated[
        int, Meta(ge=0, description="Series: ms between points, rounded up to a nice length.")
    ] = 0
    max_points: Annotated[int, Meta(ge=0, le=1266)] = 0
    time_zone: Annotated[str, Meta(description="Series: whose days points begin with.")] = ""
    search_after_ctx: Annotated[str, Meta(description="From the last answer, to go on.")] = ""


class QueryData(Struct, frozen=True):
    start_time: Milliseconds
    end_time: Milliseconds
    queries: Annotated[list[Query], Meta(min_length=1, max_length=QUERIES_MAX)]
    application_ids: Applications = []


class QueryError(Struct, frozen=True):
    code: str
    message: str


class QueryAnswer(Struct, frozen=True):
    """A row has a value for every column; a series' first is `time`, the ms its point begins at."""

    columns: list[str]
    rows: list[list[Value]]
    has_next_page: bool
    interval: Annotated[int, Meta(description="Ms between points; 0 for a table.")]
    search_after_ctx: str
    error: Annotated[
        QueryError | UnsetType, Meta(description="Why this one has no answer; others may have.")
    ] = UNSET


class CountFacet(Struct, frozen=True):
    start_time: Milliseconds
    end_time: Milliseconds
    scope: Scope
    facet: Annotated[str, Meta(min_length=1, max_length=128, description="The field's name.")]
    application_ids: Applications = []
    dql: Dql = ""
    sql: Annotated[str, Meta(description="A condition; excludes `dql`.")] = ""
    query: Annotated[str, Meta(max_length=255, description="What the values begin with.")] = ""
    limit: Annotated[int, Meta(ge=0, le=100)] = GROUPS_MAX


class FacetValue(Struct, frozen=True):
    value: Value
    count: int


class FacetCount(Struct, frozen=True):
    items: list[FacetValue]


class ListFields(Struct, frozen=True):
    scopes: Annotated[list[Scope], Meta(description="Empty means all.")] = []
    is_facet: Annotated[
        bool | UnsetType, Meta(description="Only facets, or only what is none.")
    ] = UNSET


class FieldItem(Struct, frozen=True):
    scope: Scope
    name: str
    type: FieldKind
    is_facet: bool


class Fields(Struct, frozen=True):
    items: list[FieldItem]


@operation("/rum/data/query", None, Kind.READ, tag=TAG)
def query(tx: Tx, caller: Caller, request: QueryData) -> dict[str, QueryAnswer]:
    """Ask questions in SQL or the explorers' language; answers are keyed by their ids.

    One table a question, at most 10,000 rows deep. What is wrong with one spoils no other.
    """
    check_window(request.start_time, request.end_time)
    return {each.id: _answered(tx, caller, request, each) for each in request.queries}


@operation("/rum/facet/count", None, Kind.READ, tag=TAG)
def count(tx: Tx, caller: Caller, request: CountFacet) -> FacetCount:
    """Count the values of a field, the most frequent first."""
    check_window(request.start_time, request.end_time)
    if request.dql and request.sql:
        raise InvalidParameter("dql and sql exclude each other; send one of them")
    among = Range(
        account_id=caller.account_id,
        viewer=viewer(caller),
        scope=request.scope,
        start=request.start_time,
        end=request.end_time,
        application_ids=request.application_ids,
        conditions=[node for node in (_dql(request.dql), _condition(request.sql)) if node],
    )
    limit = request.limit or GROUPS_MAX
    found = stored.values(tx, among, request.facet, request.query, limit)
    return FacetCount([FacetValue(value, times) for value, times in found])


@operation("/rum/field/list", None, Kind.READ, tag=TAG)
def fields(tx: Tx, caller: Caller, request: ListFields) -> Fields:
    """List the fields that questions may name."""
    return Fields(
        [
            FieldItem(scope, name, field.kind, field.is_facet)
            for scope in request.scopes or list(Scope)
            for name, field in SOURCES[scope].fields.items()
            if request.is_facet in (UNSET, field.is_facet)
        ]
    )


def _answered(tx: Tx, caller: Caller, request: QueryData, asked: Query) -> QueryAnswer:
    try:
        return _answer(tx, caller, request, asked)
    except Failure as refusal:
        error = QueryError(refusal.code, refusal.message(caller.locale))
        return QueryAnswer(
            [], [], has_next_page=False, interval=0, search_after_ctx="", error=error
        )


def _answer(tx: Tx, caller: Caller, request: QueryData, asked: Query) -> QueryAnswer:
    question = sql.parse(asked.sql) if asked.sql.strip() else Select("errors")
    if asked.search_after_ctx:
        (skipped,) = decode_cursor(asked.search_after_ctx, tuple[int])
        question = replace(question, offset=skipped)
    among = Range(
        account_id=caller.account_id,
        viewer=viewer(caller),
        scope=scope_of(question.table),
        start=request.start_time,
        end=request.end_time,
        application_ids=request.application_ids,
        conditions=[node for node in (question.where, _dql(asked.dql)) if node],
    )
    steps = _steps(request, asked) if asked.format is Format.TIME_SERIES else None
    found = stored.table(tx, among, question, steps)
    reached = question.offset + len(found.rows)
    return QueryAnswer(
        columns=found.columns,
        rows=found.rows,
        has_next_page=found.has_more,
        interval=steps.width if steps else 0,
        search_after_ctx=encode_cursor(reached) if found.has_more else "",
    )


def _steps(request: QueryData, asked: Query) -> Steps:
    if asked.time_zone and not is_time_zone(asked.time_zone):
        raise InvalidParameter(
            "time_zone must be the name of an IANA zone such as Europe/Berlin, not {value}",
            value=asked.time_zone,
        )
    width = step(request.end_time - request.start_time, asked.interval, asked.max_points)
    begin = datetime.fromtimestamp(request.start_time / SECOND, UTC)
    there = begin.astimezone(zone(asked.time_zone)) if asked.time_zone else begin
    offset = there.utcoffset()
    return Steps(width, int(offset.total_seconds()) * SECOND if offset else 0)


def _dql(text: str) -> Node | None:
    return dql.parse(text) if text.strip() else None


def _condition(text: str) -> Node | None:
    return sql.condition(text) if text.strip() else None
