"""The stored events of issues, with their stack traces and why they were grouped."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.error_event import Thrown
from tocsin.domain.fingerprint_variant import Strategy
from tocsin.domain.issue_event import Keep
from tocsin.domain.stack_rule import ruled
from tocsin.engine import issue as engine
from tocsin.engine.error_grouping import Rulebooks
from tocsin.engine.symbolication import explained
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import window
from tocsin.store import issue as issues
from tocsin.store import issue_event
from tocsin.store.database import Tx

TAG: Final = "RUM/Issues"

Milliseconds = Annotated[int, Meta(description="Milliseconds since 1970.")]


class ListIssueEvents(Struct, frozen=True):
    issue_id: str
    p: int = 1
    limit: int = 20


class IssueEventId(Struct, frozen=True):
    issue_id: str
    event_id: str = ""


class IssueEventBrief(Struct, frozen=True):
    event_id: str
    received_at: Milliseconds
    occurred_at: Milliseconds
    version: str
    env: str
    is_crash: bool
    keep: Annotated[Keep, Meta(description="Why it stays; a sample goes when there are many.")]


class IssueEventPage(Struct, frozen=True):
    items: list[IssueEventBrief]
    has_next_page: bool
    total: Annotated[int, Meta(description="Events stored, which sampling keeps few of.")]


class GroupingHash(Struct, frozen=True):
    digest: str
    strategy: Strategy
    version: Annotated[int, Meta(description="Version of the grouping rules that made it.")]


class Grouping(Struct, frozen=True):
    """Why the occurrences of this issue belong together."""

    reason: str
    parts: Annotated[list[str], Meta(description="What went into the first hash, in order.")]
    hashes: list[GroupingHash]


class IssueEventItem(Struct, frozen=True):
    """An event; exceptions are the cause first, frames the oldest call first."""

    event_id: str
    issue_id: str
    received_at: Milliseconds
    occurred_at: Milliseconds
    platform: str
    level: str
    message: str
    exceptions: list[Thrown]
    service: str
    env: str
    version: str
    session_id: str
    user_id: str
    url: str
    transaction: str
    is_crash: bool
    sdk: str
    tags: dict[str, str]
    keep: Keep
    grouping: Grouping
    payload: Annotated[str, Meta(description="The JSON as the sender sent it.")]


@operation("/rum/issue/event/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListIssueEvents) -> IssueEventPage:
    """List the stored events of an issue, the newest first."""
    issue = engine.visible(tx, caller, request.issue_id)
    page = window(request.p, request.limit)
    found = issue_event.listed(tx, caller.account_id, issue.issue_id)
    shown = found[page.offset : page.offset + page.limit]
    items = [
        IssueEventBrief(
            event_id=event.event_id,
            received_at=event.received_at,
            occurred_at=event.occurred_at,
            version=event.version,
            env=event.env,
            is_crash=event.is_crash,
            keep=event.keep,
        )
        for event in shown
    ]
    return IssueEventPage(items, page.offset + len(items) < len(found), len(found))


@operation("/rum/issue/event/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: IssueEventId) -> IssueEventItem:
    """Read an event of an issue with its stack traces and why it was grouped there.

    Without `event_id` it is the newest stored one.
    """
    issue = engine.visible(tx, caller, request.issue_id)
    place = (tx, caller.account_id, issue.issue_id)
    event_id = request.event_id or issue_event.newest(*place)
    found = issue_event.get(*place, event_id)
    if found is None:
        raise issue_event.missing(issue.issue_id, event_id)
    grouping = issues.grouping_of(*place)
    hashes = issues.hashes_of(*place)
    book = Rulebooks(tx).of(caller.account_id, issue.application_id)
    event = explained(ruled(book.rules.stacks, found.event))
    return IssueEventItem(
        event_id=event.event_id,
        issue_id=issue.issue_id,
        received_at=event.received_at,
        occurred_at=event.occurred_at,
        platform=event.platform,
        level=event.level,
        message=event.message,
        exceptions=list(event.exceptions),
        service=event.service,
        env=event.env,
        version=event.version,
        session_id=event.session_id,
        user_id=event.user_id,
        url=event.url,
        transaction=event.transaction,
        is_crash=event.is_crash,
        sdk=event.sdk,
        tags=event.tags,
        keep=found.keep,
        grouping=Grouping(
            grouping.reason,
            list(grouping.parts),
            [GroupingHash(each.digest, each.strategy, each.version) for each in hashes],
        ),
        payload=found.raw.decode("utf-8", "replace"),
    )
