"""Many events of one application folded into their issues, in one transaction.

Each step reads or writes the store once for the whole batch.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct

from tocsin.domain.application import Application
from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.fingerprint import Fingerprints
from tocsin.domain.issue import (
    OPEN,
    RESOLVE_AFTER_MS,
    SYSTEM,
    Issue,
    Sighting,
    StageChange,
    Updated,
    observe,
)
from tocsin.domain.issue_activity import Activity, changes
from tocsin.domain.issue_alert import LOOK, SETTLE_MS
from tocsin.domain.issue_event import Keep, tidy
from tocsin.domain.issue_opening import opened
from tocsin.domain.issue_rate import hour_of
from tocsin.domain.issue_rule import RuleBook, judge_of
from tocsin.domain.issue_severity import assess
from tocsin.domain.retracing import as_it_ran, is_retraced
from tocsin.domain.severity import Severity
from tocsin.domain.tracking import Untracked
from tocsin.domain.version import Release
from tocsin.engine import issue_finding, issue_ownership
from tocsin.engine.error_grouping import PLAIN, Rulebook
from tocsin.store import issue as issues
from tocsin.store import issue_activity as activities
from tocsin.store import issue_event, issue_rate, issue_rule, issue_sighting, issue_terms, timer
from tocsin.store.database import Tx
from tocsin.store.issue import Grouping, NewHash
from tocsin.store.issue_event import NewEvent, Packed

PARTS_MAX = 60
CHECK = "issue.check"
"""The timer that asks whether an issue has died out; its subject is the issue's id."""


class Prepared(Struct, frozen=True):
    """An event with all that needs no store: its hashes, or why it is not tracked, and its bytes.

    `book` says how it was grouped; `ran_as` are the hashes it would have had before source maps led it back.
    """

    event: ErrorEvent
    prints: Fingerprints | None
    packed: Packed
    ran_as: tuple[str, ...] = ()
    untracked: Untracked | None = None
    book: Rulebook = PLAIN


class _Arrival(Struct, frozen=True):
    """An event and the issue (or application) it stands under."""

    issue_id: str
    prepared: Prepared

    @property
    def event(self) -> ErrorEvent:
        return self.prepared.event

    @property
    def key(self) -> tuple[str, str]:
        return (self.issue_id, self.event.event_id)


def prepare(application_id: str, event: ErrorEvent, raw: bytes, book: Rulebook = PLAIN) -> Prepared:
    """The slow part of recording an event, which holds no transaction; `raw` is its JSON."""
    fit = tidy(event)
    reason = book.untracked(fit)
    prints = None if reason else book.fingerprint(fit, application_id)
    ran_as: tuple[str, ...] = ()
    if prints and is_retraced(fit):
        before = book.fingerprint(as_it_ran(fit), application_id)
        ran_as = tuple(each.digest for each in before.hashes)
    return Prepared(fit, prints, issue_event.pack(fit, raw), ran_as, reason, book)


def grouping(issue_id: str, prints: Fingerprints) -> Grouping:
    """Why an issue is what it is, as the hashes of one of its events tell."""
    parts = tuple(part.replace("\x00", "") for part in prints.parts[:PARTS_MAX])
    return Grouping(issue_id, prints.reason, parts)


def record(tx: Tx, application: Application, events: list[Prepared]) -> None:
    """Store events and bring their issues up to date; an event that came before is ignored.

    An unknown error makes an issue, a resolved one may come back; what is not tracked is
    stored without an issue.
    """
    issues.hold(tx, application.id)
    arrivals = _fresh(tx, _placed(tx, application, events))
    batch = _Batch(tx, application, arrivals)
    keeps = [batch.take(arrival) for arrival in arrivals]
    batch.save()
    new = [
        NewEvent(arrival.issue_id, arrival.event, arrival.prepared.packed, keep)
        for arrival, keep in zip(arrivals, keeps, strict=True)
    ]
    issue_event.add(tx, application.account_id, application.id, new)


def _placed(tx: Tx, application: Application, events: list[Prepared]) -> list[_Arrival]:
    """Every event with its issue's id: the first of its hashes that is known decides.

    One that source maps led back may belong to an issue that this release opened before it had
    its maps: that counts where no hash is known, and learns the new ones.
    """
    digests = {h.digest for event in events if event.prints for h in event.prints.hashes}
    digests |= {digest for event in events for digest in event.ran_as}
    known = issues.by_hashes(tx, application.account_id, sorted(digests))
    opened_minified = _opened_minified(tx, events, known)
    grouped_before = _grouped_before(tx, application, events, known)
    attached: list[NewHash] = []
    arrivals = []
    for event in events:
        issue_id = application.id
        if found := event.prints:
            matches = [known[each.digest] for each in found.hashes if each.digest in known]
            matches = matches or grouped_before(event) or opened_minified(event)
            issue_id = matches[0] if matches else tx.ids.short()
            for each in found.hashes:
                if each.digest not in known:
                    known[each.digest] = issue_id
                    attached.append(NewHash(each.digest, issue_id, each.strategy, found.version))
        arrivals.append(_Arrival(issue_id, event))
    issues.attach(tx, application.account_id, attached)
    return arrivals


def _grouped_before(
    tx: Tx, application: Application, events: list[Prepared], known: dict[str, str]
) -> Callable[[Prepared], list[str]]:
    """What tells the issues that older versions of the calculation grouped an event into. Asked for
    those alone that the version in force does not know."""
    older = {
        id(event): event.book.older(event.event, application.id)
        for event in events
        if event.prints and not any(each.digest in known for each in event.prints.hashes)
    }
    digests = sorted({digest for each in older.values() for digest in each})
    led = issues.by_hashes(tx, application.account_id, digests) if digests else {}
    return lambda event: [led[each] for each in older.get(id(event), ()) if each in led]


def _opened_minified(
    tx: Tx, events: list[Prepared], known: dict[str, str]
) -> Callable[[Prepared], list[str]]:
    """What tells the issues that an event's release opened while its frames were minified. In
    another release the same short names mean something else."""

    def pairs(event: Prepared) -> list[tuple[str, str]]:
        version = event.event.version
        return [(known[each], version) for each in event.ran_as if version and each in known]

    shown = issue_sighting.shown(tx, {pair for event in events for pair in pairs(event)})
    return lambda event: [issue_id for issue_id, v in pairs(event) if (issue_id, v) in shown]


def _fresh(tx: Tx, arrivals: list[_Arrival]) -> list[_Arrival]:
    """Without those stored already and those that repeat within the batch."""
    seen = issue_event.present(tx, [arrival.key for arrival in arrivals])
    fresh = []
    for arrival in arrivals:
        if arrival.key not in seen:
            seen.add(arrival.key)
            fresh.append(arrival)
    return fresh


def _rules(tx: Tx, application: Application) -> RuleBook:
    place = (application.account_id, application.id)
    return tx.remembered(("issue rules", *place), lambda: issue_rule.book(tx, *place))


class _Batch:
    """The issues of a batch while its events are folded in."""

    def __init__(self, tx: Tx, application: Application, arrivals: list[_Arrival]) -> None:
        self._tx = tx
        self._application = application
        self._account_id = application.account_id
        tracked = [arrival for arrival in arrivals if arrival.prepared.prints]
        self._tracked = tracked
        ids = sorted({arrival.issue_id for arrival in tracked})
        self._stored = {
            each.issue_id: each for each in issues.by_ids(tx, self._account_id, ids, lock=True)
        }
        self._issues: dict[str, Issue] = dict(self._stored)
        settled = [each.issue_id for each in self._stored.values() if each.stage not in OPEN]
        self._terms = issue_terms.of_issues(tx, self._account_id, settled)
        self._ended: set[str] = set()
        self._rules = _rules(tx, application)
        self._severities = judge_of(self._rules.severity)
        self._opened: list[tuple[str, ErrorEvent]] = []
        self._changes: list[tuple[str, StageChange]] = []
        self._groupings: list[Grouping] = []
        self._versions = {
            (arrival.issue_id, arrival.event.version)
            for arrival in tracked
            if arrival.event.version
        }
        sessions = {
            (arrival.issue_id, arrival.event.session_id)
            for arrival in tracked
            if arrival.event.session_id
        }
        self._new_sessions = issue_sighting.new_sessions(tx, self._account_id, sessions)
        users = {
            (arrival.issue_id, arrival.event.user_id)
            for arrival in tracked
            if arrival.event.user_id
        }
        self._new_users = issue_sighting.new_users(tx, self._account_id, users)
        self._releases = self._learn_releases([arrival.event for arrival in tracked])

    def take(self, arrival: _Arrival) -> Keep:
        """Fold one event into its issue; the answer says why its payload matters."""
        if arrival.prepared.prints is None:
            return Keep.SAMPLE
        before = self._issues.get(arrival.issue_id)
        issue = before or self._open(arrival, arrival.prepared.prints)
        sighting = self._sighting(arrival, issue)
        known = self._releases.get((issue.service, issue.newest_version))
        terms = self._terms.get(issue.issue_id)
        updated = observe(issue, sighting, known, self._tx.now, terms)
        if updated.change:
            self._ended.add(issue.issue_id)
            self._terms.pop(issue.issue_id, None)
        self._keep(updated)
        if before is None:
            return Keep.FIRST
        return Keep.REGRESSION if updated.change else Keep.SAMPLE

    def save(self) -> None:
        """Write the issues, their versions, stage changes and timers."""
        tx, stored = self._tx, self._stored
        new = [each for key, each in self._issues.items() if key not in stored]
        kept = Counter(arrival.issue_id for arrival in self._tracked)
        issues.add(tx, new, kept)
        issues.explain(tx, self._account_id, self._groupings)
        issue_ownership.own(tx, self._account_id, judge_of(self._rules.owner), self._opened)
        seen = [(stored[key], each) for key, each in sorted(self._issues.items()) if key in stored]
        issues.put_seen(tx, seen, kept)
        issues.note(tx, self._account_id, self._changes)
        activities.note(tx, self._account_id, self._told())
        shown = issue_sighting.add_versions(tx, self._account_id, self._versions)
        events = [(one.issue_id, one.event) for one in self._tracked]
        fresh = {each.issue_id for each in new}
        issue_finding.file(tx, self._account_id, self._issues, fresh, events, shown)
        moved = dict(self._changes)
        checks = [(self._account_id, each, tx.now + RESOLVE_AFTER_MS) for each in moved]
        timer.set_many(tx, CHECK, checks)
        issue_terms.drop(tx, self._account_id, self._ended & self._stored.keys())
        self._count()
        if self._application.alerting.enabled:
            self._have_looked_at()
        self._have_looked_at_soon([key for key, terms in self._terms.items() if terms.until_spike])

    def _count(self) -> None:
        """Count the occurrences by the hour, and by what they were grouped by."""
        events = [(one.issue_id, one.event) for one in self._tracked]
        counts = Counter(
            (issue_id, hour_of(event.received_at), event.env, event.version)
            for issue_id, event in events
        )
        issues.count(self._tx, self._account_id, self._first_hashes())
        issue_rate.add(self._tx, self._account_id, self._application.id, counts)

    def _first_hashes(self) -> Counter[str]:
        prints = (one.prepared.prints for one in self._tracked)
        return Counter(each.hashes[0].digest for each in prints if each)

    def _have_looked_at(self) -> None:
        """Have it asked whether something is to be told: at once of what became worse, soon of
        what only happened again."""
        opened = [each for each in self._issues.values() if each.stage in OPEN]
        worse = {each.issue_id for each in opened if self._is_worse(each)}
        rest = {each.issue_id for each in opened} - worse
        now = self._tx.now
        timer.set_many(self._tx, LOOK, [(self._account_id, each, now) for each in sorted(worse)])
        self._have_looked_at_soon(sorted(rest))

    def _have_looked_at_soon(self, issue_ids: Sequence[str]) -> None:
        due = [(self._account_id, each, self._tx.now + SETTLE_MS) for each in issue_ids]
        timer.set_if_none(self._tx, LOOK, due)

    def _is_worse(self, after: Issue) -> bool:
        before = self._stored.get(after.issue_id)
        return before is None or (before.severity, before.regressed_at) != (
            after.severity,
            after.regressed_at,
        )

    def _told(self) -> list[tuple[str, Activity]]:
        """What the timelines say of the batch, issue by issue."""
        return [
            (issue_id, entry)
            for issue_id, after in sorted(self._issues.items())
            for entry in changes(self._stored.get(issue_id), after, SYSTEM)
        ]

    def _learn_releases(self, events: list[ErrorEvent]) -> dict[tuple[str, str], Release]:
        """(service, version) → release, of the events and of what their issues know."""
        wanted: dict[str, dict[str, int]] = {}
        for event in events:
            versions = wanted.setdefault(event.service, {})
            if event.version:
                versions.setdefault(event.version, event.received_at)
        for issue in self._stored.values():
            if issue.newest_version:
                wanted.setdefault(issue.service, {}).setdefault(issue.newest_version, 0)
        found: dict[tuple[str, str], Release] = {}
        place = (self._tx, self._account_id, self._application.id)
        for service, versions in wanted.items():
            known = issue_sighting.releases(*place, service, versions)
            new = [Release(name, at) for name, at in versions.items() if name not in known]
            issue_sighting.add_releases(*place, service, new)
            for release in (*known.values(), *new):
                found[service, release.version] = release
        return found

    def _open(self, arrival: _Arrival, prints: Fingerprints) -> Issue:
        ids = self._tx.ids
        issue = opened(
            arrival.event,
            prints,
            issue_id=arrival.issue_id,
            account_id=self._account_id,
            application_id=self._application.id,
            number=ids.plain_number(),
            tracking_id=f"isset_{ids.hex32()}",
            at=self._tx.now,
        )
        self._changes.append((issue.issue_id, StageChange(self._tx.now, issue.stage, 0)))
        self._opened.append((issue.issue_id, arrival.event))
        self._groupings.append(grouping(issue.issue_id, prints))
        return issue

    def _sighting(self, arrival: _Arrival, issue: Issue) -> Sighting:
        event = arrival.event
        session = (arrival.issue_id, event.session_id)
        is_new_session = session in self._new_sessions
        self._new_sessions.discard(session)
        user = (arrival.issue_id, event.user_id)
        is_new_user = user in self._new_users
        self._new_users.discard(user)
        return Sighting(
            seen_at=event.occurred_at,
            received_at=event.received_at,
            release=self._releases.get((event.service, event.version)),
            severity=self._severity(event, issue),
            is_crash=event.is_crash,
            is_new_session=is_new_session,
            is_new_user=is_new_user,
        )

    def _severity(self, event: ErrorEvent, issue: Issue) -> Severity:
        """How bad an event is: as the rules say, or by guess where there are none."""
        if issue.severity is Severity.CRITICAL:
            return issue.severity
        age_ms = max(0, event.occurred_at - issue.first_seen_at)
        ruled = self._severities.severity_of(event)
        return ruled or assess(event, issue.cause, event.is_crash, age_ms)

    def _keep(self, updated: Updated) -> None:
        self._issues[updated.issue.issue_id] = updated.issue
        if updated.change:
            self._changes.append((updated.issue.issue_id, updated.change))
