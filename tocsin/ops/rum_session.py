"""What people did in an application: their sessions, the events of each, and whom an issue hit."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.rum import RumKind, RumSession
from tocsin.engine import application as applications
from tocsin.engine import issue as issues
from tocsin.engine import rum as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import window
from tocsin.store import issue_sighting, rum
from tocsin.store.database import Tx
from tocsin.store.issue_sighting import SeenUser
from tocsin.store.rum import SessionFilter

TAG: Final = "RUM/Sessions"

Milliseconds = Annotated[int, Meta(description="Milliseconds since 1970.")]


class ListSessions(Struct, frozen=True):
    application_id: str
    start_time: Milliseconds
    end_time: Milliseconds
    issue_id: Annotated[str, Meta(description="Sessions in which this issue was seen.")] = ""
    user_id: Annotated[str, Meta(description="Sessions of this person.")] = ""
    p: int = 1
    limit: int = 20


class SessionId(Struct, frozen=True):
    application_id: str
    session_id: str
    p: int = 1
    limit: Annotated[int, Meta(description="Events of the timeline, 100 at most.")] = 100


class EventId(Struct, frozen=True):
    application_id: str
    kind: RumKind
    event_id: str


class ListIssueUsers(Struct, frozen=True):
    issue_id: str
    p: int = 1
    limit: int = 20


class SessionPage(Struct, frozen=True):
    items: list[RumSession]
    total: int
    has_next_page: bool


class TimelineItem(Struct, frozen=True):
    """One event, in the order they happened."""

    kind: RumKind
    event_id: str
    occurred_at: Milliseconds
    view_id: str
    url: str
    name: Annotated[str, Meta(description="View, target, address, task, vital, or message.")]
    type: str
    status: Annotated[int, Meta(description="HTTP status of a resource; 0 for none.")]
    duration_ns: Annotated[int, Meta(description="Nanoseconds.")]
    is_crash: bool
    issue_id: Annotated[str, Meta(description="The issue of an error; empty for none.")]


class SessionInfo(Struct, frozen=True):
    session: RumSession
    timeline: list[TimelineItem]
    has_next_page: bool


class EventInfo(Struct, frozen=True):
    kind: RumKind
    event_id: str
    payload: Annotated[str, Meta(description="The JSON as the SDK sent it.")]


class IssueUserPage(Struct, frozen=True):
    items: list[SeenUser]
    total: Annotated[int, Meta(description="People it happened to so far.")]
    has_next_page: bool


@operation("/rum/session/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListSessions) -> SessionPage:
    """List sessions of an application that began in a window of time, the latest first."""
    if request.start_time >= request.end_time:
        raise InvalidParameter("start_time must lie before end_time")
    found = applications.seen(tx, caller, request.application_id)
    session_ids = None
    if request.issue_id:
        issue = issues.visible(tx, caller, request.issue_id)
        session_ids = issue_sighting.sessions_of(tx, caller.account_id, issue.issue_id)
    wanted = SessionFilter(
        found.id, request.start_time, request.end_time, request.user_id, session_ids
    )
    page = window(request.p, request.limit)
    items, total = rum.search_sessions(tx, caller.account_id, wanted, page)
    return SessionPage(items, total, page.offset + len(items) < total)


@operation("/rum/session/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: SessionId) -> SessionInfo:
    """Read a session and a page of its timeline, the earliest events first."""
    found = engine.session(tx, caller, request.application_id, request.session_id)
    page = window(request.p, request.limit)
    events, is_more = rum.timeline(
        tx, caller.account_id, request.application_id, request.session_id, page
    )
    items = [
        TimelineItem(
            kind=one.event.kind,
            event_id=one.event.event_id,
            occurred_at=one.event.occurred_at,
            view_id=one.event.view_id,
            url=one.event.url,
            name=one.event.name,
            type=one.event.type,
            status=one.event.status,
            duration_ns=one.event.duration_ns,
            is_crash=one.event.is_crash,
            issue_id=one.issue_id,
        )
        for one in engine.linked(tx, caller.account_id, events)
    ]
    return SessionInfo(found, items, is_more)


@operation("/rum/session/event/info", None, Kind.READ, tag=TAG)
def event_info(tx: Tx, caller: Caller, request: EventId) -> EventInfo:
    """Read an event of a session as it was sent."""
    found = applications.seen(tx, caller, request.application_id)
    place = (tx, caller.account_id, found.id)
    payload = rum.payload_of(*place, request.kind, request.event_id)
    if payload is None:
        raise ResourceNotFound(
            "no {kind} has the id {event_id} any more, or ever had it",
            kind=request.kind,
            event_id=request.event_id,
        )
    return EventInfo(request.kind, request.event_id, payload.decode("utf-8", "replace"))


@operation("/rum/issue/user/list", None, Kind.READ, tag=TAG)
def list_users(tx: Tx, caller: Caller, request: ListIssueUsers) -> IssueUserPage:
    """List the people an issue happened to, by the ids its events name; the latest new one first."""
    issue = issues.visible(tx, caller, request.issue_id)
    page = window(request.p, request.limit)
    items = issue_sighting.users_of(tx, caller.account_id, issue.issue_id, page)
    return IssueUserPage(items, issue.user_count, page.offset + len(items) < issue.user_count)
