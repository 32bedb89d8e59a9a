"""The timeline of an issue, comments on it and what it is linked to."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.issue_activity import ActivityType
from tocsin.domain.issue_link import IssueLink, LinkKind
from tocsin.engine import issue as engine
from tocsin.engine import issue_talk as talk
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.store import issue as issues
from tocsin.store import issue_activity as activities
from tocsin.store.database import Tx
from tocsin.store.issue import Comment

TAG: Final = "RUM/Issues"

Milliseconds = Annotated[int, Meta(description="Milliseconds since 1970.")]
Actor = Annotated[int, Meta(description="The member; 0 for the system.")]


class ListActivities(Struct, frozen=True):
    issue_id: str
    p: int = 1
    limit: int = 20


class ActivityItem(Struct, frozen=True):
    type: ActivityType
    created_at: Milliseconds
    creator_id: Actor
    reason: Annotated[
        str, Meta(description="Why, in a sentence; empty where somebody just did it.")
    ]
    detail: Annotated[dict[str, str], Meta(description="The values it rests on, by type.")]


class ActivityPage(Struct, frozen=True):
    items: list[ActivityItem]
    has_next_page: bool
    total: int


class IssueId(Struct, frozen=True):
    issue_id: str


class CreateComment(Struct, frozen=True):
    issue_id: str
    comment: Annotated[str, Meta(min_length=1, max_length=65_535)]


class CommentId(Struct, frozen=True):
    comment_id: str


class CommentItem(Struct, frozen=True):
    comment_id: str
    comment: str
    creator_id: int
    created_at: Milliseconds


class Comments(Struct, frozen=True):
    items: list[CommentItem]


class CreateLink(Struct, frozen=True):
    issue_id: str
    kind: LinkKind
    target: Annotated[
        str,
        Meta(min_length=1, max_length=2048, description="An incident's id, or an http(s) address."),
    ]
    title: Annotated[str, Meta(max_length=255)] = ""


class LinkId(Struct, frozen=True):
    link_id: str


class DeleteLink(Struct, frozen=True):
    issue_id: str
    link_id: str


class LinkItem(Struct, frozen=True):
    link_id: str
    kind: LinkKind
    target: str
    title: str
    creator_id: Actor
    created_at: Milliseconds


class Links(Struct, frozen=True):
    items: list[LinkItem]


@operation("/rum/issue/activity/list", None, Kind.READ, tag=TAG)
def list_activities(tx: Tx, caller: Caller, request: ListActivities) -> ActivityPage:
    """Read the timeline of an issue, the newest first: what happened, who did it and why."""
    issue = engine.visible(tx, caller, request.issue_id)
    place = window(request.p, request.limit)
    found = activities.page(tx, caller.account_id, issue.issue_id, place)
    total = activities.count(tx, caller.account_id, issue.issue_id)
    items = [ActivityItem(one.type, one.at, one.actor, one.reason, one.detail) for one in found]
    return ActivityPage(items, place.offset + len(items) < total, total)


@operation("/rum/issue/comment/create", None, Kind.WRITE, tag=TAG)
def create_comment(tx: Tx, caller: Caller, request: CreateComment) -> CommentId:
    """Write a comment on an issue."""
    return CommentId(talk.comment(tx, caller, request.issue_id, request.comment).comment_id)


@operation("/rum/issue/comment/list", None, Kind.READ, tag=TAG)
def list_comments(tx: Tx, caller: Caller, request: IssueId) -> Comments:
    """List an issue's newest 1,000 comments, the oldest first."""
    issue = engine.visible(tx, caller, request.issue_id)
    found = issues.comments_of(tx, caller.account_id, issue.issue_id)
    return Comments([_comment(one) for one in found])


@operation("/rum/issue/link/create", None, Kind.WRITE, tag=TAG)
def create_link(tx: Tx, caller: Caller, request: CreateLink) -> LinkId:
    """Link an issue to an incident, a post-mortem or any page."""
    made = talk.link(
        tx, caller, request.issue_id, request.kind, request.target.strip(), request.title
    )
    return LinkId(made.link_id)


@operation("/rum/issue/link/list", None, Kind.READ, tag=TAG)
def list_links(tx: Tx, caller: Caller, request: IssueId) -> Links:
    """List what an issue is linked to, the oldest first."""
    return Links([_link(one) for one in talk.links_of(tx, caller, request.issue_id)])


@operation("/rum/issue/link/delete", None, Kind.WRITE, tag=TAG)
def delete_link(tx: Tx, caller: Caller, request: DeleteLink) -> Empty:
    """Remove a link of an issue."""
    talk.unlink(tx, caller, request.issue_id, request.link_id)
    return Empty()


def _comment(one: Comment) -> CommentItem:
    return CommentItem(one.comment_id, one.text, one.member_id, one.created_at)


def _link(one: IssueLink) -> LinkItem:
    return LinkItem(one.link_id, one.kind, one.target, one.title, one.created_by, one.created_at)
