"""Resolving in a release, ignoring for a while, and what ends either."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.application import Application
from tocsin.domain.issue import Issue, Stage, settled, woken
from tocsin.domain.issue_activity import Activity, ActivityType
from tocsin.domain.issue_terms import COMMIT_LENGTH_MIN, WAKE, Terms, TermsKind, holds
from tocsin.domain.timer import Timer
from tocsin.domain.version import Release, newest
from tocsin.engine.issue import keep, visible
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.store import issue as issues
from tocsin.store import issue_activity as activities
from tocsin.store import issue_sighting, timer
from tocsin.store import issue_terms as stored
from tocsin.store.database import Tx
from tocsin.store.issue_terms import Commit

IGNORE_DAYS_MAX: Final = 365


class Ignoring(Struct, frozen=True):
    """How long to ignore an issue: to an instant (ms), for so many more occurrences or users, or
    until it spikes; 0 and False are not asked for."""

    until_at: int = 0
    more_events: int = 0
    more_users: int = 0
    until_spike: bool = False


def resolve(
    tx: Tx, caller: Caller, issue_id: str, kind: TermsKind | None, release: str, commit: str
) -> None:
    """Resolve an issue, in a release, the next one, or that of a commit; None is just resolved."""
    issue = visible(tx, caller, issue_id, lock=True)
    terms = None if kind is None else _fixed(tx, issue, kind, release.strip(), commit.strip())
    detail = {"in": str(kind or "now")}
    if terms:
        known = {"release": terms.release, "commit": terms.commit}
        detail |= {name: value for name, value in known.items() if value}
    _settle(tx, caller, issue, Stage.RESOLVED, terms)
    _note(tx, issue, Activity(ActivityType.RESOLVE_IN, caller.member_id, detail=detail))


def ignore(tx: Tx, caller: Caller, issue_id: str, wish: Ignoring) -> None:
    """Ignore an issue for as long as the wish says; one without bounds is for good."""
    issue = visible(tx, caller, issue_id, lock=True)
    terms = Terms(
        issue_id=issue.issue_id,
        account_id=issue.account_id,
        application_id=issue.application_id,
        kind=TermsKind.IGNORED,
        set_at=tx.now,
        until_at=wish.until_at,
        until_count=issue.error_count + wish.more_events if wish.more_events else 0,
        until_users=issue.user_count + wish.more_users if wish.more_users else 0,
        until_spike=wish.until_spike,
    )
    if wish.until_at and wish.until_at <= tx.now:
        raise InvalidParameter("until_time must lie in the future")
    _settle(tx, caller, issue, Stage.IGNORED, terms)
    if wish.until_at:
        timer.set_(tx, issue.account_id, WAKE, issue.issue_id, wish.until_at)
    told = {
        "until_time": wish.until_at,
        "more_events": wish.more_events,
        "more_users": wish.more_users,
        "until_spike": int(wish.until_spike),
    }
    detail = {name: str(value) for name, value in told.items() if value}
    _note(tx, issue, Activity(ActivityType.IGNORE_UNTIL, caller.member_id, detail=detail))


def wake(tx: Tx, due: Timer) -> None:
    """The time is over that an issue was to be ignored for."""
    for issue in issues.by_ids(tx, due.account_id, [due.subject]):
        keep(tx, issue, woken(issue, tx.now, "The time it was to be ignored for is over."))


def learn(tx: Tx, application: Application, version: str, commits: Sequence[Commit]) -> None:
    """Keep what a release tells of its commits; issues that one of them resolved are fixed there."""
    place = (tx, application.account_id, application.id)
    stored.add_commits(*place, version, commits)
    for terms in stored.waiting(*place) if commits else []:
        if any(holds(terms.commit, one.commit) for one in commits):
            stored.set_release(tx, terms, version)


def _settle(tx: Tx, caller: Caller, issue: Issue, stage: Stage, terms: Terms | None) -> None:
    keep(tx, issue, settled(issue, stage, caller.member_id, tx.now))
    stored.drop(tx, issue.account_id, [issue.issue_id])
    timer.clear(tx, WAKE, issue.issue_id)
    if terms:
        stored.put(tx, terms)


def _fixed(tx: Tx, issue: Issue, kind: TermsKind, release: str, commit: str) -> Terms:
    terms = Terms(
        issue_id=issue.issue_id,
        account_id=issue.account_id,
        application_id=issue.application_id,
        kind=kind,
        set_at=tx.now,
    )
    place = (tx, issue.account_id, issue.application_id)
    if kind is TermsKind.COMMIT:
        if len(commit) < COMMIT_LENGTH_MIN:
            raise InvalidParameter(
                "commit must have at least {minimum} characters", minimum=COMMIT_LENGTH_MIN
            )
        terms = replace(terms, commit=commit.lower())
        release = stored.release_of(*place, terms.commit)
    elif kind is TermsKind.NEXT_RELEASE:
        latest = newest(issue_sighting.newest_releases(*place, issue.service))
        release = latest.version if latest else ""
    elif not release:
        raise InvalidParameter("name the release it is fixed in")
    known = issue_sighting.releases(*place, issue.service, [release])
    seen = known.get(release, Release(release, tx.now))
    return replace(terms, release=release, release_seen_at=seen.first_seen_at)


def _note(tx: Tx, issue: Issue, entry: Activity) -> None:
    activities.note(tx, issue.account_id, [(issue.issue_id, entry)])
