"""An issue: one error however often it occurs, and what people decided about it.

Two vocabularies describe where an issue stands. The stage is what is stored; the status is a
coarser view of it. A word that already describes the issue changes nothing, so that neither
vocabulary rubs out what the other one says more finely.
"""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.issue_cause import Cause, CauseSource
from tocsin.domain.issue_terms import Terms, TermsKind, brings_back, outgrown
from tocsin.domain.severity import Severity, worst
from tocsin.domain.version import Release, is_newer
from tocsin.kernel.units import DAY

RESOLVE_AFTER_MS = 14 * DAY
CHECK_AGAIN_MS = DAY
SYSTEM = 0
"""The operator of what nobody decided by hand."""


class Status(StrEnum):
    """Where an issue stands, in the words of the Open API."""

    FOR_REVIEW = "for_review"
    REVIEWED = "reviewed"
    IGNORED = "ignored"
    RESOLVED = "resolved"


class Stage(StrEnum):
    """Where an issue stands, as stored and in the words of the error-tracking API."""

    TRIAGE = "Triage"
    ASSIGNED = "Assigned"
    WORKING = "Working"
    RESOLVED = "Resolved"
    IGNORED = "Ignored"


STATUS_OF = {
    Stage.TRIAGE: Status.FOR_REVIEW,
    Stage.ASSIGNED: Status.REVIEWED,
    Stage.WORKING: Status.REVIEWED,
    Stage.RESOLVED: Status.RESOLVED,
    Stage.IGNORED: Status.IGNORED,
}
_ENTRY_STAGE = {
    Status.FOR_REVIEW: Stage.TRIAGE,
    Status.REVIEWED: Stage.ASSIGNED,
    Status.RESOLVED: Stage.RESOLVED,
    Status.IGNORED: Stage.IGNORED,
}
OPEN = frozenset({Stage.TRIAGE, Stage.ASSIGNED, Stage.WORKING})


def stages_of(statuses: list[Status]) -> list[Stage]:
    """Every stage that reads as one of `statuses`."""
    return [stage for stage, status in STATUS_OF.items() if status in statuses]


class Issue(Struct, frozen=True):
    """One issue as stored; instants in ms, 0 and "" mean not set.

    `digest` is its first hash and never changes; `newest_version` is the latest, in the order
    of releases, that showed it; `opened_at` is when it was made or last came back to an open
    stage. One with `merged_into` is out of sight: that issue stands for it.
    """

    issue_id: str
    account_id: int
    number: int
    tracking_id: str
    digest: str
    application_id: str
    service: str
    env: str
    error_type: str
    error_message: str
    stage: Stage
    severity: Severity
    is_crash: bool
    first_seen_at: int
    first_seen_version: str
    last_seen_at: int
    last_seen_version: str
    newest_version: str
    error_count: int
    session_count: int
    user_count: int
    cause_source: CauseSource
    cause: Cause
    cause_reason: str
    cause_person_id: int
    resolved_at: int
    resolved_by: int
    regressed_at: int
    regressed_version: str
    regressed_resolved_at: int
    opened_at: int
    created_at: int
    updated_at: int
    updated_by: int
    merged_into: str = ""

    @property
    def status(self) -> Status:
        return STATUS_OF[self.stage]

    @property
    def title(self) -> str:
        """Type and message, as one line names it."""
        return ": ".join(part for part in (self.error_type, self.error_message) if part)

    @property
    def age_ms(self) -> int:
        """From the first sighting to the last."""
        return self.last_seen_at - self.first_seen_at


class StageChange(Struct, frozen=True):
    """An issue entered `stage` at `changed_at` by the hand of member `operator`, 0 the system."""

    changed_at: int
    stage: Stage
    operator: int


class Updated(Struct, frozen=True):
    """An issue after a decision, the change to record if its stage moved, and why it did."""

    issue: Issue
    change: StageChange | None = None
    reason: str = ""


class Sighting(Struct, frozen=True):
    """One occurrence, as far as its issue cares; `release` is None without a version."""

    seen_at: int
    received_at: int
    release: Release | None
    severity: Severity
    is_crash: bool
    is_new_session: bool
    is_new_user: bool = False


def update(issue: Issue, status: Status | None, cause: Cause | None, by: int, at: int) -> Updated:
    """What member `by` decided in the Open API's words; None leaves that part alone.

    Resolving stamps who and when, leaving `resolved` clears both, a cause named by hand
    overrides the automatic one.
    """
    moved = Updated(issue)
    if status is not None and status is not issue.status:
        moved = _move(issue, _ENTRY_STAGE[status], by, at)
    if cause is None:
        return moved
    named = replace(
        moved.issue,
        cause=cause,
        cause_source=CauseSource.USER,
        cause_person_id=by,
        cause_reason="",
        updated_at=at,
        updated_by=by,
    )
    return Updated(named, moved.change)


def steer(
    issue: Issue,
    stage: Stage | None,
    assignees: tuple[int, ...] | None,
    assigned: tuple[int, ...],
    by: int,
    at: int,
) -> Updated:
    """What member `by` decided in the error-tracking API's words; None leaves a part alone.

    `assigned` are the members it was assigned to so far. Assigning an issue in Triage without
    naming a stage moves it to Assigned.
    """
    if stage is None and assignees and issue.stage is Stage.TRIAGE:
        stage = Stage.ASSIGNED
    if stage is not None and stage is not issue.stage:
        return _move(issue, stage, by, at)
    if assignees is None or assignees == assigned:
        return Updated(issue)
    return Updated(replace(issue, updated_at=at, updated_by=by))


def _move(issue: Issue, stage: Stage, by: int, at: int, reason: str = "") -> Updated:
    resolved = stage is Stage.RESOLVED
    reopens = stage in OPEN and issue.stage not in OPEN
    moved = replace(
        issue,
        stage=stage,
        resolved_at=at if resolved else 0,
        resolved_by=by if resolved else 0,
        opened_at=at if reopens else issue.opened_at,
        updated_at=at,
        updated_by=by,
    )
    return Updated(moved, StageChange(at, stage, by), reason)


def settled(issue: Issue, stage: Stage, by: int, at: int) -> Updated:
    """The issue resolved or ignored by member `by`; where it is already, its terms alone change."""
    return Updated(issue) if issue.stage is stage else _move(issue, stage, by, at)


def woken(issue: Issue, at: int, reason: str) -> Updated:
    """An ignored issue after its terms ended; it is to be looked at again."""
    if issue.stage is not Stage.IGNORED:
        return Updated(issue)
    return _move(issue, Stage.TRIAGE, SYSTEM, at, reason)


def observe(
    issue: Issue, sighting: Sighting, known: Release | None, at: int, terms: Terms | None = None
) -> Updated:
    """The issue after one more occurrence, and its regression if this is one.

    `known` is the release of the issue's newest version, `terms` those on which it was resolved
    or ignored. Severity only rises.
    """
    release = sighting.release
    version = release.version if release else ""
    advances = release is not None and (known is None or is_newer(release, known))
    first, last = sighting.seen_at < issue.first_seen_at, sighting.seen_at >= issue.last_seen_at
    seen = replace(
        issue,
        error_count=issue.error_count + 1,
        session_count=issue.session_count + sighting.is_new_session,
        user_count=issue.user_count + sighting.is_new_user,
        is_crash=issue.is_crash or sighting.is_crash,
        severity=worst(issue.severity, sighting.severity),
        first_seen_at=sighting.seen_at if first else issue.first_seen_at,
        first_seen_version=version if first else issue.first_seen_version,
        last_seen_at=sighting.seen_at if last else issue.last_seen_at,
        last_seen_version=version if last else issue.last_seen_version,
        newest_version=version if advances else issue.newest_version,
        updated_at=at,
    )
    if terms and (why := outgrown(terms, seen.error_count, seen.user_count)):
        return woken(seen, at, why)
    if not _is_regression(issue, sighting, known, terms):
        return Updated(seen)
    regressed = replace(
        seen,
        regressed_at=sighting.received_at,
        regressed_version=version,
        regressed_resolved_at=issue.resolved_at,
    )
    return _move(regressed, Stage.TRIAGE, SYSTEM, at)


def _is_regression(
    issue: Issue, sighting: Sighting, known: Release | None, terms: Terms | None
) -> bool:
    """Whether a resolved issue is back: where its terms say so; without any, in a newer version
    or where no version tells."""
    if issue.stage is not Stage.RESOLVED or sighting.received_at < issue.resolved_at:
        return False
    if terms and terms.kind is not TermsKind.IGNORED:
        return brings_back(terms, sighting.release)
    if sighting.release is None or known is None:
        return True
    return is_newer(sighting.release, known)


class Check(Struct, frozen=True):
    """The outcome of asking whether an issue has died out; `again_at` 0 asks no more."""

    updated: Updated
    again_at: int
    reason: str


def check(issue: Issue, known: Release | None, is_superseded: bool, at: int) -> Check:
    """Resolve an open issue that has died out, else say when to look again.

    It has after 14 days of silence, or once its newest version (`known`) is 14 days old and
    a later version of the application exists that does not show it (`is_superseded`).
    """
    if issue.stage not in OPEN:
        return Check(Updated(issue), 0, "It is not open.")
    silent_at = max(issue.last_seen_at, issue.opened_at) + RESOLVE_AFTER_MS
    if at >= silent_at:
        reason = "No report for 14 days."
        return Check(_move(issue, Stage.RESOLVED, SYSTEM, at, reason), 0, reason)
    if known is None:
        return Check(Updated(issue), silent_at, "It was reported within 14 days.")
    outdated_at = max(known.first_seen_at, issue.opened_at) + RESOLVE_AFTER_MS
    if is_superseded and at >= outdated_at:
        reason = "Its newest version is 14 days old and later versions do not show it."
        return Check(_move(issue, Stage.RESOLVED, SYSTEM, at, reason), 0, reason)
    again_at = min(silent_at, max(outdated_at, at + CHECK_AGAIN_MS))
    return Check(Updated(issue), again_at, "Its newest version is still reported.")
