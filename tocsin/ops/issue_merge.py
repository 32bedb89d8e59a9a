"""Issues made one and made two again, and single events put elsewhere or deleted."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.fingerprint_variant import Strategy
from tocsin.domain.issue_merge import AT_ONCE_MAX
from tocsin.engine import issue as issues_engine
from tocsin.engine import issue_merge as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store import issue as issues
from tocsin.store import issue_merge
from tocsin.store.database import Tx

TAG: Final = "RUM/Issues"


class MergeIssues(Struct, frozen=True):
    issue_id: Annotated[str, Meta(description="The issue that stays.")]
    source_issue_ids: Annotated[
        list[str], Meta(min_length=1, max_length=AT_ONCE_MAX, description="Those that go into it.")
    ]


class UnmergeIssues(Struct, frozen=True):
    """Either of both lists, or both."""

    issue_id: str
    source_issue_ids: Annotated[
        list[str], Meta(max_length=AT_ONCE_MAX, description="Merged issues to take out again.")
    ] = []
    digests: Annotated[
        list[str], Meta(max_length=1000, description="Hashes to make a new issue of.")
    ] = []


class UnmergedIssues(Struct, frozen=True):
    issue_ids: Annotated[
        list[str], Meta(description="Those taken out, then the new one, in the order asked for.")
    ]


class MergesOf(Struct, frozen=True):
    issue_id: str


class MergedIssue(Struct, frozen=True):
    issue_id: str
    title: str
    merged_at: Annotated[int, Meta(description="Milliseconds since 1970.")]
    merged_by: int
    error_count: Annotated[int, Meta(description="As it was merged.")]
    digests: list[str]


class IssueHash(Struct, frozen=True):
    digest: str
    strategy: Strategy
    version: Annotated[int, Meta(description="Version of the grouping rules that made it.")]
    is_own: Annotated[bool, Meta(description="The issue's first hash, which stays with it.")]


class IssueMerges(Struct, frozen=True):
    items: list[MergedIssue]
    hashes: list[IssueHash]


class MoveEvent(Struct, frozen=True):
    issue_id: str
    event_id: str
    target_issue_id: str


class DeleteEvent(Struct, frozen=True):
    issue_id: str
    event_id: str


@operation("/rum/issue/merge", None, Kind.WRITE, tag=TAG)
def merge(tx: Tx, caller: Caller, request: MergeIssues) -> Empty:
    """Make several issues of one application and service one.

    Events, hashes, sessions, comments and links go to the issue that stays, which stands where it
    stood; errors that come next go there too. The ids of the others lead to it.
    """
    engine.merge(tx, caller, request.issue_id, request.source_issue_ids)
    return Empty()


@operation("/rum/issue/unmerge", None, Kind.WRITE, tag=TAG)
def unmerge(tx: Tx, caller: Caller, request: UnmergeIssues) -> UnmergedIssues:
    """Take merged issues out again, or make a new issue of some of an issue's hashes.

    Events go with the hashes they were grouped by, and so do errors that come next. A merged issue
    stands again where it stood; comments stay. What was counted since the merge is told apart by
    the events that are stored.
    """
    if not request.source_issue_ids and not request.digests:
        raise InvalidParameter("name source_issue_ids, digests or both")
    found = [
        engine.take_out(tx, caller, request.issue_id, source_id)
        for source_id in dict.fromkeys(request.source_issue_ids)
    ]
    if request.digests:
        found.append(engine.split_off(tx, caller, request.issue_id, request.digests))
    return UnmergedIssues([each.issue_id for each in found])


@operation("/rum/issue/merge/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: MergesOf) -> IssueMerges:
    """List what was merged into an issue, and the hashes that lead to it."""
    issue = issues_engine.visible(tx, caller, request.issue_id)
    found = issue_merge.of_target(tx, caller.account_id, issue.issue_id)
    known = issues.by_ids(tx, caller.account_id, [each.issue_id for each in found])
    merged = {each.issue_id: each for each in known}
    items = [
        MergedIssue(
            issue_id=each.issue_id,
            title=merged[each.issue_id].title,
            merged_at=each.merged_at,
            merged_by=each.merged_by,
            error_count=merged[each.issue_id].error_count,
            digests=list(each.digests),
        )
        for each in found
    ]
    hashes = issues.hashes_of(tx, caller.account_id, issue.issue_id)
    return IssueMerges(
        items,
        [
            IssueHash(each.digest, each.strategy, each.version, each.digest == issue.digest)
            for each in hashes
        ],
    )


@operation("/rum/issue/event/move", None, Kind.WRITE, tag=TAG)
def move_event(tx: Tx, caller: Caller, request: MoveEvent) -> Empty:
    """Put one stored event under another issue of the same application and service.

    Its hashes still lead where they led: what comes next is not moved.
    """
    ids = (request.issue_id, request.event_id, request.target_issue_id)
    engine.move_event(tx, caller, *ids)
    return Empty()


@operation("/rum/issue/event/delete", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def delete_event(tx: Tx, caller: Caller, request: DeleteEvent) -> Empty:
    """Delete one stored event with all it said, also from the session it was seen in."""
    engine.delete_event(tx, caller, request.issue_id, request.event_id)
    return Empty()
