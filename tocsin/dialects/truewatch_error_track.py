"""Error tracking in the words of the TrueWatch API, over our issues.

`update` is the family's own; list, get and comments are our extensions in its style.
"""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.dialects.truewatch_endpoint import Page, PageIndex, PageSize, page, window
from tocsin.dialects.truewatch_wire import (
    History,
    Tracked,
    TrackedError,
    account_id,
    tracked,
    tracked_error,
    wire_name,
)
from tocsin.domain.dql import Match
from tocsin.domain.issue import Issue, Stage
from tocsin.engine import issue as engine
from tocsin.engine import issue_talk as talk
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import seconds
from tocsin.store import issue as issues
from tocsin.store import issue_search
from tocsin.store import member as members
from tocsin.store.application import Viewer
from tocsin.store.database import Tx
from tocsin.store.issue import Comment
from tocsin.store.issue_search import Filter, Order

FOREVER: Final = 1 << 62
ASSIGNEES_MAX: Final = 50

Assigner = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=64)]], Meta(max_length=ASSIGNEES_MAX)
]


class UpdateIssue(Struct, frozen=True, rename=wire_name):
    assigner: Assigner | UnsetType = UNSET
    issue_status: Stage | UnsetType = UNSET


class ListIssues(Struct, frozen=True, rename=wire_name):
    """`timeRange` is in ms and about the last sighting."""

    page_index: PageIndex = 1
    page_size: PageSize = 20
    time_range: Annotated[list[int], Meta(min_length=2, max_length=2)] | UnsetType = UNSET
    search: Annotated[str, Meta(max_length=255)] = ""
    issue_status: list[Stage] = []
    assigner: Assigner = []


class Nothing(Struct, frozen=True):
    """A request without a body."""


class AddComment(Struct, frozen=True):
    comment: Annotated[str, Meta(min_length=1, max_length=65_535)]


class CommentRow(Struct, frozen=True, rename=wire_name):
    uuid: str
    issue_id: str
    comment: str
    creator: str
    create_at: int


def update(tx: Tx, caller: Caller, names: dict[str, str], request: UpdateIssue) -> Tracked:
    """Set an issue's status, its assignees, or both."""
    issue_id = _issue_id(tx, caller, names["issue_id"])
    assignees = None
    if request.assigner is not UNSET:
        assignees = _member_ids(tx, caller.account_id, request.assigner)
    stage = None if request.issue_status is UNSET else request.issue_status
    issue = engine.move(tx, caller, issue_id, stage, assignees)
    return tracked(issue, _histories(tx, [issue])[0], tx.now)


def list_(tx: Tx, caller: Caller, _: dict[str, str], request: ListIssues) -> Page:
    """Issues, the last changed first."""
    assignees = None
    if request.assigner:
        assignees = _member_ids(tx, caller.account_id, request.assigner)
    start, end = (0, FOREVER) if request.time_range is UNSET else request.time_range
    text = request.search.strip()
    wanted = Filter(
        start=start,
        end=end,
        stages=request.issue_status,
        assignee_ids=assignees,
        query=Match("", (text,)) if text else None,
    )
    viewer = Viewer(caller.member_id, caller.team_ids, caller.is_admin)
    found = issue_search.search(
        tx,
        caller.account_id,
        viewer,
        wanted,
        Order.UPDATED_AT,
        False,
        window(request.page_index, request.page_size),
    )
    rows = _shown(tx, found.items)
    return page(rows, request.page_index, request.page_size, found.total)


def get(tx: Tx, caller: Caller, names: dict[str, str], _: Nothing) -> TrackedError:
    """One issue by its digest or the uuid of its record."""
    issue_id = _issue_id(tx, caller, names["issue_id"])
    return _shown(tx, [engine.visible(tx, caller, issue_id)])[0]


def add_comment(tx: Tx, caller: Caller, names: dict[str, str], request: AddComment) -> CommentRow:
    """Write a comment on an issue."""
    issue_id = _issue_id(tx, caller, names["issue_id"])
    issue = engine.visible(tx, caller, issue_id)
    new = talk.comment(tx, caller, issue_id, request.comment)
    return _comment(issue, new)


def list_comments(tx: Tx, caller: Caller, names: dict[str, str], _: Nothing) -> Page:
    """An issue's newest comments, the oldest first."""
    issue = engine.visible(tx, caller, _issue_id(tx, caller, names["issue_id"]))
    found = issues.comments_of(tx, caller.account_id, issue.issue_id)
    return page([_comment(issue, each) for each in found], 1, issues.COMMENTS_MAX, len(found))


def _issue_id(tx: Tx, caller: Caller, name: str) -> str:
    found = issues.id_of(tx, caller.account_id, name)
    if found is None:
        raise issues.unknown(name)
    return found


def _member_ids(tx: Tx, owner: int, names: list[str]) -> list[int]:
    """The members behind account ids; InvalidParameter for one that is nobody's."""
    known = {account_id(owner, member_id): member_id for member_id in members.live_ids(tx, owner)}
    for name in names:
        if name not in known:
            raise InvalidParameter(
                "assigner: {account} is no member of this workspace; list its members first",
                account=name,
            )
    return [known[name] for name in names]


def _shown(tx: Tx, found: list[Issue]) -> list[TrackedError]:
    histories = _histories(tx, found)
    return [
        tracked_error(issue, history, tx.now)
        for issue, history in zip(found, histories, strict=True)
    ]


def _histories(tx: Tx, found: list[Issue]) -> list[History]:
    """What belongs to each issue; all are one account's."""
    if not found:
        return []
    owner, ids = found[0].account_id, [issue.issue_id for issue in found]
    assigned = issues.assignees_of(tx, owner, ids)
    changes = issues.changes_of(tx, owner, ids)
    wanted = {member_id for each in assigned.values() for member_id in each}
    people = {member.id: member for member in members.by_ids(tx, owner, list(wanted))}
    return [
        History([people[member_id] for member_id in assigned[key]], changes[key]) for key in ids
    ]


def _comment(issue: Issue, comment: Comment) -> CommentRow:
    return CommentRow(
        uuid=f"iscmt_{comment.comment_id}",
        issue_id=issue.digest,
        comment=comment.text,
        creator=account_id(comment.account_id, comment.member_id),
        create_at=seconds(comment.created_at),
    )
