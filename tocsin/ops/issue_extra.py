"""What belongs to an issue beside its events: what people said of it, and the log of its trace."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.feedback import Feedback
from tocsin.domain.trace_log import TraceLog
from tocsin.engine import issue as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import window
from tocsin.store import feedback, issue_event, trace_log
from tocsin.store import issue as issues
from tocsin.store.database import Tx

TAG: Final = "RUM/Issues"


class ListFeedback(Struct, frozen=True):
    issue_id: str
    p: int = 1
    limit: int = 20


class FeedbackItem(Struct, frozen=True):
    feedback_id: str
    event_id: Annotated[str, Meta(description="The event it is about.")]
    received_at: Annotated[int, Meta(description="Milliseconds since 1970.")]
    name: str
    email: str
    message: str
    url: str


class FeedbackPage(Struct, frozen=True):
    items: list[FeedbackItem]
    total: int
    has_next_page: bool


class ListLogs(Struct, frozen=True):
    issue_id: str
    event_id: Annotated[str, Meta(description="Empty for the newest stored event.")] = ""


class LogList(Struct, frozen=True):
    trace_id: Annotated[str, Meta(description="The event's trace; empty if it names none.")]
    items: list[TraceLog]


@operation("/rum/issue/feedback/list", None, Kind.READ, tag=TAG)
def list_feedback(tx: Tx, caller: Caller, request: ListFeedback) -> FeedbackPage:
    """List what people who met an issue said of it, the latest first."""
    engine.visible(tx, caller, request.issue_id)
    hashes = issues.hashes_of(tx, caller.account_id, request.issue_id)
    page = window(request.p, request.limit)
    digests = {each.digest for each in hashes}
    found, total = feedback.of_hashes(tx, caller.account_id, digests, page)
    items = [_item(one) for one in found]
    return FeedbackPage(items, total, page.offset + len(items) < total)


@operation("/rum/issue/event/log/list", None, Kind.READ, tag=TAG)
def list_logs(tx: Tx, caller: Caller, request: ListLogs) -> LogList:
    """List the log lines of the trace that an event of an issue happened in, in their order."""
    issue = engine.visible(tx, caller, request.issue_id)
    event_id = request.event_id or issue_event.newest(tx, caller.account_id, issue.issue_id)
    found = issue_event.get(tx, caller.account_id, issue.issue_id, event_id)
    trace_id = found.event.trace_id if found else ""
    if not trace_id:
        return LogList("", [])
    place = (tx, caller.account_id, issue.application_id)
    return LogList(trace_id, trace_log.of_trace(*place, trace_id))


def _item(one: Feedback) -> FeedbackItem:
    return FeedbackItem(
        feedback_id=one.feedback_id,
        event_id=one.event_id,
        received_at=one.received_at,
        name=one.name,
        email=one.email,
        message=one.message,
        url=one.url,
    )
