"""Resolving issues in a release, ignoring them for a while, assigning them, and how they stand."""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.issue_alert import Trigger
from tocsin.domain.issue_suspect import suspect
from tocsin.domain.issue_terms import Terms, TermsKind
from tocsin.engine import issue as engine
from tocsin.engine import issue_terms as terms_engine
from tocsin.engine.issue_terms import Ignoring
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store import issue as issues
from tocsin.store import issue_alert as alerts
from tocsin.store import issue_terms as stored
from tocsin.store import member as members
from tocsin.store import release as releases
from tocsin.store.database import Tx

TAG: Final = "RUM/Issues"
COMMITS_SHOWN: Final = 50

Milliseconds = Annotated[int, Meta(description="Milliseconds since 1970; 0 for never.")]
IssueIds = Annotated[list[str], Meta(min_length=1, max_length=100)]
Version = Annotated[str, Meta(max_length=200)]


class ResolvedIn(StrEnum):
    """Where an issue is fixed."""

    NOW = "now"
    RELEASE = "release"
    NEXT_RELEASE = "next_release"
    COMMIT = "commit"


class ResolveIssues(Struct, frozen=True, rename={"where": "in"}):
    issue_ids: IssueIds
    where: ResolvedIn = ResolvedIn.NOW
    release: Annotated[Version, Meta(description="With `release`: the one it is fixed in.")] = ""
    commit: Annotated[str, Meta(max_length=64, description="With `commit`: 7 digits or more.")] = ""


class IgnoreIssues(Struct, frozen=True):
    """Whichever comes first ends it; with nothing set it is for good."""

    issue_ids: IssueIds
    until_time: Milliseconds = 0
    more_events: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 0
    more_users: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 0
    until_spike: Annotated[bool, Meta(description="Until it happens far more often.")] = False


class AssignIssues(Struct, frozen=True):
    issue_ids: IssueIds
    assignee_ids: Annotated[list[int], Meta(max_length=50)]


class IssueId(Struct, frozen=True):
    issue_id: str


class Resolution(Struct, frozen=True, rename={"where": "in"}):
    where: ResolvedIn
    release: Annotated[str, Meta(description="For `next_release`: one newer than this.")]
    commit: str


class Ignorance(Struct, frozen=True):
    """Counts are those of the issue at which it comes back; 0 is not set."""

    until_time: Milliseconds
    until_error_count: int
    until_user_count: int
    until_spike: bool


class CommitItem(Struct, frozen=True):
    commit: str
    author: str
    message: str
    committed_at: Milliseconds


class SuspectRelease(Struct, frozen=True):
    version: str
    reason: str
    url: str
    released_at: Milliseconds
    commits: list[CommitItem]


class LastAlert(Struct, frozen=True):
    trigger: Trigger
    reason: str
    told_at: Milliseconds
    is_firing: bool


class Standing(Struct, frozen=True):
    issue_id: str
    assignee_ids: list[int]
    suspect_release: SuspectRelease
    resolution: Resolution | UnsetType = UNSET
    ignorance: Ignorance | UnsetType = UNSET
    last_alert: LastAlert | UnsetType = UNSET


@operation("/rum/issue/resolve", None, Kind.WRITE, tag=TAG)
def resolve(tx: Tx, caller: Caller, request: ResolveIssues) -> Empty:
    """Resolve issues: now, in a release, in the next one, or in that of a commit.

    What older releases still report brings none of them back.
    """
    kind = None if request.where is ResolvedIn.NOW else TermsKind(request.where)
    for issue_id in sorted(set(request.issue_ids)):
        terms_engine.resolve(tx, caller, issue_id, kind, request.release, request.commit)
    return Empty()


@operation("/rum/issue/ignore", None, Kind.WRITE, tag=TAG)
def ignore(tx: Tx, caller: Caller, request: IgnoreIssues) -> Empty:
    """Ignore issues: for good, or until a time, so many more events or users, or a spike."""
    wish = Ignoring(
        request.until_time, request.more_events, request.more_users, request.until_spike
    )
    for issue_id in sorted(set(request.issue_ids)):
        terms_engine.ignore(tx, caller, issue_id, wish)
    return Empty()


@operation("/rum/issue/assign", None, Kind.WRITE, tag=TAG)
def assign(tx: Tx, caller: Caller, request: AssignIssues) -> Empty:
    """Assign issues to members, in place of whoever had them; nobody clears them."""
    live = set(members.live_ids(tx, caller.account_id))
    for member_id in request.assignee_ids:
        if member_id not in live:
            raise InvalidParameter(
                "assignee_ids: {member_id} is no member of this account", member_id=member_id
            )
    for issue_id in sorted(set(request.issue_ids)):
        engine.move(tx, caller, issue_id, None, request.assignee_ids)
    return Empty()


@operation("/rum/issue/standing", None, Kind.READ, tag=TAG)
def standing(tx: Tx, caller: Caller, request: IssueId) -> Standing:
    """Read who an issue is assigned to, on which terms it is resolved or ignored, which release
    is suspected and what was told of it last."""
    issue = engine.visible(tx, caller, request.issue_id)
    place = (tx, issue.account_id, issue.application_id)
    terms = stored.of_issues(tx, issue.account_id, [issue.issue_id]).get(issue.issue_id)
    told = alerts.get(tx, issue.account_id, issue.issue_id)
    blamed = suspect(issue)
    release = releases.get(*place, blamed.version)
    commits = stored.commits_of(*place, blamed.version, COMMITS_SHOWN)
    return Standing(
        issue_id=issue.issue_id,
        assignee_ids=issues.assignees_of(tx, issue.account_id, [issue.issue_id])[issue.issue_id],
        suspect_release=SuspectRelease(
            version=blamed.version,
            reason=blamed.reason,
            url=release.url if release else "",
            released_at=release.released_at if release else 0,
            commits=[
                CommitItem(one.commit, one.author, one.message, one.committed_at) for one in commits
            ],
        ),
        resolution=_resolution(terms),
        ignorance=_ignorance(terms),
        last_alert=LastAlert(told.trigger, told.reason, told.told_at, told.is_firing)
        if told
        else UNSET,
    )


def _resolution(terms: Terms | None) -> Resolution | UnsetType:
    if terms is None or terms.kind is TermsKind.IGNORED:
        return UNSET
    return Resolution(ResolvedIn(terms.kind), terms.release, terms.commit)


def _ignorance(terms: Terms | None) -> Ignorance | UnsetType:
    if terms is None or terms.kind is not TermsKind.IGNORED:
        return UNSET
    return Ignorance(terms.until_at, terms.until_count, terms.until_users, terms.until_spike)
