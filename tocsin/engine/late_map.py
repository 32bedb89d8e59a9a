"""Source maps that come after the errors they explain.

Shortly after an upload the recent events of its release are told anew. They stay where they are:
their issues learn the hashes that the events have now, so that what comes next finds them. A hash
that another issue has already stays that issue's.
"""

import hashlib
from typing import Final

import msgspec
from msgspec import Struct

from tocsin.domain.artifact import Place
from tocsin.domain.fingerprint import Fingerprints
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.timer import Timer
from tocsin.engine.error_grouping import Rulebooks
from tocsin.engine.issue_batch import grouping
from tocsin.engine.symbolication import Symbolicator
from tocsin.kernel.units import DAY, MINUTE, SECOND
from tocsin.outbound.transport import Message, Receipt
from tocsin.store import artifact as artifacts
from tocsin.store import delivery, issue_event, late_map, timer
from tocsin.store import issue as issues
from tocsin.store.database import Database, Tx
from tocsin.store.issue import NewHash
from tocsin.store.issue_event import Packed
from tocsin.store.late_map import Seen

KIND: Final = "source_map.late"
METHOD: Final = "source_map"
SETTLE_MS: Final = 10 * SECOND
"""Builds upload many files in a row; all are here when nothing came for so long."""
RECENT_MS: Final = 30 * DAY
ISSUES_AT_ONCE: Final = 10
EVENTS_EACH: Final = 20


class Wish(Struct, frozen=True):
    """Look at the issues behind `after` that a place showed."""

    account_id: int
    place: Place
    after: str = ""


class Retold(Struct, frozen=True):
    """What is to be stored of an issue whose events are told anew, the oldest first."""

    issue: Seen
    events: list[tuple[int, Packed]]
    prints: list[Fingerprints]
    used: frozenset[str]


def expect(tx: Tx, account_id: int, place: Place) -> None:
    """Have the events of a place looked at once its upload has settled."""
    named = msgspec.json.encode((account_id, place))
    subject = hashlib.sha256(named).hexdigest()[:32]
    late_map.remember(tx, account_id, subject, place)
    timer.set_(tx, account_id, KIND, subject, tx.now + SETTLE_MS)


def fire(tx: Tx, due: Timer) -> None:
    """Owe the work, which takes longer than a transaction may."""
    place = late_map.recall(tx, due.account_id, due.subject)
    if place:
        late_map.forget(tx, due.account_id, due.subject)
        _owe(tx, Wish(due.account_id, place))


class LateMaps:
    """Tells a few issues' events anew at a time; the same again changes nothing."""

    retry = RetryPolicy(
        failures_max=10_000, age_max_ms=DAY, first_wait_ms=SECOND, wait_max_ms=MINUTE
    )
    senders = 1

    def __init__(self, database: Database) -> None:
        self._database = database

    def send(self, message: Message) -> Receipt:
        wish = msgspec.json.decode(message.payload, type=Wish)
        with self._database.read() as tx:
            since = tx.now - RECENT_MS
            found = late_map.issues_at(
                tx, wish.account_id, wish.place, since, wish.after, ISSUES_AT_ONCE
            )
            symbolicator = Symbolicator(tx)
            retold = [_retold(tx, symbolicator, wish, issue) for issue in found]
        with self._database.write() as tx:
            for one in retold:
                if one.events:
                    _store(tx, wish.account_id, one)
            if len(found) == ISSUES_AT_ONCE:
                _owe(tx, Wish(wish.account_id, wish.place, found[-1].issue_id))
        count = sum(len(one.events) for one in retold)
        return Receipt(f"{count} events of {len(found)} issues were told anew")


def _retold(tx: Tx, symbolicator: Symbolicator, wish: Wish, issue: Seen) -> Retold:
    events, prints, used = [], [], set[str]()
    book = Rulebooks(tx).of(wish.account_id, issue.application_id)
    for stale in late_map.events_of(tx, issue.issue_id, wish.place.release, EVENTS_EACH):
        told = symbolicator.tell(wish.account_id, issue.application_id, stale.event)
        if told.event == stale.event:
            continue
        used |= told.used
        events.append((stale.id, issue_event.pack(told.event, stale.raw)))
        if not book.untracked(told.event):
            prints.append(book.fingerprint(told.event, issue.application_id))
    return Retold(issue, events, prints, frozenset(used))


def _store(tx: Tx, account_id: int, retold: Retold) -> None:
    """Store what was told anew; the issue learns the hashes that nobody has."""
    issue_id = retold.issue.issue_id
    issues.hold(tx, retold.issue.application_id)
    late_map.retell(tx, retold.events)
    new = {
        each.digest: NewHash(each.digest, issue_id, each.strategy, prints.version)
        for prints in retold.prints
        for each in prints.hashes
    }
    known = issues.by_hashes(tx, account_id, sorted(new))
    issues.attach(tx, account_id, [each for digest, each in new.items() if digest not in known])
    if retold.prints:
        issues.explain_anew(tx, account_id, grouping(issue_id, retold.prints[0]))
    artifacts.use(tx, retold.used)


def _owe(tx: Tx, wish: Wish) -> None:
    payload = msgspec.json.encode(wish)
    delivery.owe(tx, wish.account_id, METHOD, wish.after, payload, wish.after)
