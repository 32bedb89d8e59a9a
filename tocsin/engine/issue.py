"""What people and time do to issues: decide in the domain, save, record, set the timer."""

from collections.abc import Sequence

from tocsin.domain.application import is_visible
from tocsin.domain.issue import Check, Issue, Stage, Status, Updated, check, steer, update
from tocsin.domain.issue_activity import Activity, ActivityType, changes
from tocsin.domain.issue_alert import LOOK
from tocsin.domain.issue_cause import Cause
from tocsin.domain.issue_event import Keep, Retention, surplus
from tocsin.domain.issue_terms import WAKE
from tocsin.domain.timer import Timer
from tocsin.domain.version import is_newer
from tocsin.engine.access import require_doer
from tocsin.engine.issue_batch import CHECK, Prepared, prepare, record
from tocsin.kernel.caller import Caller
from tocsin.kernel.units import DAY
from tocsin.store import application as applications
from tocsin.store import issue as issues
from tocsin.store import issue_activity as activities
from tocsin.store import issue_event, issue_sighting, issue_terms, timer
from tocsin.store.database import Tx
from tocsin.store.issue_event import Old

__all__ = [
    "CHECK",
    "Prepared",
    "change",
    "died_out",
    "hold",
    "keep",
    "move",
    "prepare",
    "record",
    "sweep",
    "visible",
]

THIN_MAX = 2_000
SESSION_AGE_MS = 30 * DAY
USER_AGE_MS = 90 * DAY


def visible(tx: Tx, caller: Caller, issue_id: str, *, lock: bool = False) -> Issue:
    """An issue of an application the caller may see, or the one it was merged into;
    ResourceNotFound otherwise. It is locked to be changed: AccessDenied for who only looks on."""
    if lock:
        require_doer(caller)
    issue = issues.get(tx, caller.account_id, issue_id, lock=lock)
    if issue.merged_into:
        issue = issues.get(tx, caller.account_id, issue.merged_into, lock=lock)
    application = applications.get(tx, caller.account_id, issue.application_id)
    if application is None or not is_visible(application, caller):
        raise issues.unknown(issue_id)
    return issue


def change(
    tx: Tx, caller: Caller, issue_id: str, status: Status | None, cause: Cause | None
) -> Issue:
    """Set status and suspected cause as the caller says; None leaves one alone."""
    issue = visible(tx, caller, issue_id, lock=True)
    return keep(tx, issue, update(issue, status, cause, caller.member_id, tx.now))


def move(
    tx: Tx,
    caller: Caller,
    issue_id: str,
    stage: Stage | None,
    assignees: Sequence[int] | None,
) -> Issue:
    """Set stage and assignees as the caller says; None leaves one alone, no members clear them."""
    issue = visible(tx, caller, issue_id, lock=True)
    issue_id = issue.issue_id
    assigned = tuple(issues.assignees_of(tx, caller.account_id, [issue_id])[issue_id])
    wanted = None if assignees is None else tuple(dict.fromkeys(assignees))
    if wanted is not None and wanted != assigned:
        issues.assign(tx, caller.account_id, issue_id, wanted)
        detail = {"from": _ids(assigned), "to": _ids(wanted)}
        entry = Activity(ActivityType.ASSIGNED, caller.member_id, detail=detail)
        activities.note(tx, caller.account_id, [(issue_id, entry)])
    return keep(tx, issue, steer(issue, stage, wanted, assigned, caller.member_id, tx.now))


def hold(tx: Tx, account_id: int, issue_id: str) -> None:
    """Lock an issue, as whoever fires its timer does first."""
    issues.by_ids(tx, account_id, [issue_id], lock=True)


def died_out(tx: Tx, due: Timer) -> None:
    """Resolve an issue nobody has seen for 14 days, or ask again later."""
    found = issues.by_ids(tx, due.account_id, [due.subject], lock=True)
    if not found:
        return
    outcome = _examine(tx, found[0])
    keep(tx, found[0], outcome.updated)
    if outcome.again_at:
        timer.set_(tx, due.account_id, CHECK, due.subject, outcome.again_at)


def keep(tx: Tx, before: Issue, decided: Updated) -> Issue:
    """Store a decision about a locked issue; one that came to stand open again is checked from
    then on, and where its stage moved the world may have to be told."""
    after = decided.issue
    if after != before:
        issues.put(tx, [after])
        entries = changes(before, after, after.updated_by, decided.reason)
        activities.note(tx, after.account_id, [(after.issue_id, entry) for entry in entries])
    if decided.change:
        issue_terms.drop(tx, after.account_id, [after.issue_id])
        timer.clear(tx, WAKE, after.issue_id)
        issues.note(tx, after.account_id, [(after.issue_id, decided.change)])
        outcome = _examine(tx, after)
        if outcome.again_at:
            timer.set_(tx, after.account_id, CHECK, after.issue_id, outcome.again_at)
        else:
            timer.clear(tx, CHECK, after.issue_id)
        timer.set_(tx, after.account_id, LOOK, after.issue_id, tx.now)
    return after


def sweep(tx: Tx, limit: int) -> int:
    """Drop up to `limit` rows of what retention no longer keeps; the answer reaches `limit`
    while there may be more."""
    if not issue_event.sweep_alone(tx):
        return 0
    sessions = issue_sighting.sweep_sessions(tx, tx.now - SESSION_AGE_MS, limit)
    users = issue_sighting.sweep_users(tx, tx.now - USER_AGE_MS, limit)
    return max(sessions, users, _thin(tx, limit), _expire(tx, limit))


def _examine(tx: Tx, issue: Issue) -> Check:
    place = (tx, issue.account_id, issue.application_id, issue.service)
    known = issue_sighting.releases(*place, [issue.newest_version]).get(issue.newest_version)
    later = issue_sighting.newest_releases(*place) if known else []
    superseded = known is not None and any(is_newer(release, known) for release in later)
    return check(issue, known, superseded, tx.now)


def _ids(members: Sequence[int]) -> str:
    return ",".join(map(str, members))


def _thin(tx: Tx, limit: int) -> int:
    """Sample one issue that has grown too many events."""
    issue_id = issue_event.overfull(tx)
    if issue_id is None:
        return 0
    going = surplus(issue_event.kept(tx, issue_id, THIN_MAX))
    # Every so-many-th, so that what is left stays spread over time when not all go at once.
    going = going[:: max(1, len(going) // limit)][:limit]
    issue_event.drop(tx, issue_event.by_numbers(tx, going))
    return limit if going else 0


def _expire(tx: Tx, limit: int) -> int:
    """Walk on over the oldest events, dropping samples that are too old or too many."""
    position = issue_event.sweep_position(tx)
    oldest = issue_event.oldest(tx, position, limit)
    limits: dict[str, Retention] = {}
    excess: dict[str, int] = {}
    going = []
    for event in oldest:
        place = (event.account_id, event.application_id)
        if event.application_id not in limits:
            limits[event.application_id] = issue_event.retention(tx, *place)
            stored = issue_event.event_count(tx, *place)
            excess[event.application_id] = stored - limits[event.application_id].events_max
        if event.keep is not Keep.SAMPLE:
            continue
        is_old = event.received_at < tx.now - limits[event.application_id].age_ms
        if is_old or excess[event.application_id] > 0:
            excess[event.application_id] -= 1
            going.append(event)
    issue_event.drop(tx, going)
    goes_on = len(oldest) == limit and _is_worth_going_on(tx, oldest[-1])
    reached = oldest[-1].id if goes_on else 0
    if reached != position:
        issue_event.move_sweep(tx, reached)
    return limit if goes_on else len(going)


def _is_worth_going_on(tx: Tx, last: Old) -> bool:
    """Whether events behind the last one looked at may be too old or too many."""
    age_ms, is_excessive = issue_event.pressure(tx)
    return is_excessive or last.received_at < tx.now - age_ms
