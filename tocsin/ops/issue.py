"""Issues: what the errors of applications come down to."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.dql import All, Either, Match, Node, parse
from tocsin.domain.issue import Issue, Status, stages_of
from tocsin.domain.issue_cause import Cause, CauseSource
from tocsin.domain.rum_query import check_window
from tocsin.domain.sql import condition
from tocsin.engine import issue as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.units import seconds
from tocsin.store import application as applications
from tocsin.store import issue_search, issue_sighting
from tocsin.store.application import Viewer
from tocsin.store.database import Tx
from tocsin.store.issue_search import Filter, Order

TAG: Final = "RUM/Issues"

Milliseconds = Annotated[int, Meta(description="Milliseconds since 1970.")]


class ListIssues(Struct, frozen=True):
    start_time: Milliseconds
    end_time: Milliseconds
    application_ids: list[str] = []
    dql: Annotated[str, Meta(description="A query over the issues' fields and texts.")] = ""
    sql: Annotated[
        str, Meta(description="A condition, or a SELECT over issues whose condition counts.")
    ] = ""
    statuses: list[Status] = []
    suspected_causes: list[str] = []
    team_ids: list[int] = []
    tags: Annotated[
        dict[str, Annotated[list[str], Meta(min_length=1, max_length=50)]],
        Meta(
            max_length=20,
            description="Tags of the issues' errors by name, each with the values it may have; all "
            "tags must be met.",
        ),
    ] = {}
    p: int = 1
    limit: int = 20
    orderby: Order = Order.CREATED_AT
    asc: bool = False
    error_required: Annotated[
        bool, Meta(description="Only issues of which an error event is still stored.")
    ] = False
    by_intersection: Annotated[
        bool,
        Meta(description="Issues seen at any time in the window, not only last seen in it."),
    ] = False


class IssueId(Struct, frozen=True):
    issue_id: str


class UpdateIssue(Struct, frozen=True):
    issue_id: str
    status: Status | UnsetType = UNSET
    suspected_cause: Cause | UnsetType = UNSET


class Seen(Struct, frozen=True):
    timestamp: Milliseconds
    version: str


class IssueError(Struct, frozen=True):
    message: str
    type: str


class SuspectedCause(Struct, frozen=True):
    source: CauseSource
    value: Cause
    reason: str
    person_id: Annotated[int, Meta(description="Who named it; 0 for nobody.")]


class Regression(Struct, frozen=True):
    regressed_at: Milliseconds
    regressed_at_version: str
    resolved_at: Milliseconds


class IssueItem(Struct, frozen=True):
    team_id: int
    issue_id: str
    application_id: str
    application_name: str
    service: str
    status: Status
    error_count: int
    session_count: int
    is_crash: bool
    age: Annotated[int, Meta(description="Seconds from the first sighting to the last.")]
    resolved_at: Annotated[int, Meta(description="Milliseconds; 0 while not resolved.")]
    resolved_by: Annotated[int, Meta(description="The member; 0 when it died out by itself.")]
    created_at: Milliseconds
    updated_at: Milliseconds
    first_seen: Seen
    last_seen: Seen
    error: IssueError
    suspected_cause: SuspectedCause
    versions: list[str]
    severity: str
    regression: Annotated[
        Regression | UnsetType, Meta(description="Only after a resolved issue came back.")
    ] = UNSET


class IssuePage(Struct, frozen=True):
    items: list[IssueItem]
    has_next_page: bool
    total: Annotated[int, Meta(description="Counted to 1,000.")]


@operation("/rum/issue/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListIssues) -> IssuePage:
    """Search issues in a window of time, by filters or a query.

    The window spans at most 183 days. In `dql` terms must all hold; `OR` between alternatives,
    parentheses, `-` to negate, `field:value`, `*`, `field:>5`, `field:[2 TO 8]`; `tags.plan:free`
    asks for a tag of its errors. A bare word must begin a word of type or message.
    """
    wanted = _filter(request)
    viewer = Viewer(caller.member_id, caller.team_ids, caller.is_admin)
    page = window(request.p, request.limit)
    found = issue_search.search(
        tx, caller.account_id, viewer, wanted, request.orderby, request.asc, page
    )
    items = _items(tx, caller.account_id, found.items)
    return IssuePage(items, found.has_more, found.total)


@operation("/rum/issue/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: IssueId) -> IssueItem:
    """Read one issue."""
    return _items(tx, caller.account_id, [engine.visible(tx, caller, request.issue_id)])[0]


@operation("/rum/issue/update", None, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateIssue) -> Empty:
    """Set an issue's status, its suspected cause, or both.

    Resolving stamps when and who; leaving `resolved` clears both. What is not sent stays.
    """
    status = None if request.status is UNSET else request.status
    cause = None if request.suspected_cause is UNSET else request.suspected_cause
    engine.change(tx, caller, request.issue_id, status, cause)
    return Empty()


def _filter(request: ListIssues) -> Filter:
    check_window(request.start_time, request.end_time)
    if request.dql and request.sql:
        raise InvalidParameter("dql and sql exclude each other; send one of them")
    return Filter(
        start=request.start_time,
        end=request.end_time,
        application_ids=request.application_ids,
        stages=stages_of(request.statuses),
        causes=request.suspected_causes,
        team_ids=request.team_ids,
        query=_query(request),
        has_events=request.error_required,
        overlapping=request.by_intersection,
    )


def _query(request: ListIssues) -> Node | None:
    said = parse(request.dql) if request.dql.strip() else _sql(request.sql)
    tags = [
        Either(tuple(Match(f"tags.{name}", (value,)) for value in values))
        for name, values in request.tags.items()
    ]
    return All((*([said] if said else []), *tags)) if tags else said


def _sql(text: str) -> Node | None:
    return condition(text) if text.strip() else None


def _items(tx: Tx, account_id: int, found: list[Issue]) -> list[IssueItem]:
    owners = applications.get_many(tx, account_id, {issue.application_id for issue in found})
    versions = issue_sighting.versions_of(tx, account_id, [issue.issue_id for issue in found])
    return [
        IssueItem(
            team_id=owners[issue.application_id].team_id,
            issue_id=issue.issue_id,
            application_id=issue.application_id,
            application_name=owners[issue.application_id].name,
            service=issue.service,
            status=issue.status,
            error_count=issue.error_count,
            session_count=issue.session_count,
            is_crash=issue.is_crash,
            age=seconds(issue.age_ms),
            resolved_at=issue.resolved_at,
            resolved_by=issue.resolved_by,
            created_at=issue.created_at,
            updated_at=issue.updated_at,
            first_seen=Seen(issue.first_seen_at, issue.first_seen_version),
            last_seen=Seen(issue.last_seen_at, issue.last_seen_version),
            error=IssueError(issue.error_message, issue.error_type),
            suspected_cause=SuspectedCause(
                issue.cause_source, issue.cause, issue.cause_reason, issue.cause_person_id
            ),
            versions=versions[issue.issue_id],
            severity=issue.severity,
            regression=_regression(issue),
        )
        for issue in found
    ]


def _regression(issue: Issue) -> Regression | UnsetType:
    if not issue.regressed_at:
        return UNSET
    return Regression(issue.regressed_at, issue.regressed_version, issue.regressed_resolved_at)
