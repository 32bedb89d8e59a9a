"""What applications send beside errors, brought to where it is of use."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from tocsin.domain.application import Application
from tocsin.domain.check_in import CheckIn
from tocsin.domain.feedback import Feedback
from tocsin.domain.heartbeat import Heartbeat, Schedule
from tocsin.domain.plugin import HEARTBEAT
from tocsin.domain.release_health import ReleaseDay, SessionEnds, SessionReport
from tocsin.engine import heartbeat as heartbeats_engine
from tocsin.engine.heartbeat import Call
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.text import cut
from tocsin.kernel.units import DAY
from tocsin.store import feedback as feedbacks
from tocsin.store import heartbeat as heartbeats
from tocsin.store import integration as integrations
from tocsin.store import issue as issues
from tocsin.store import release_health
from tocsin.store.database import Tx
from tocsin.store.heartbeat import Filter
from tocsin.store.release_health import KnownSession

AWAITED_MS: Final = DAY
FEEDBACK_KEPT_MS: Final = 90 * DAY
SESSIONS_KEPT_MS: Final = 5 * DAY
HEALTH_KEPT_MS: Final = 90 * DAY
LOGS_KEPT_MS: Final = 7 * DAY
TRACED_KEPT_MS: Final = 2 * DAY
HEARTBEATS_MAX: Final = 500


def say(tx: Tx, application: Application, told: Sequence[Feedback]) -> None:
    """Keep what people said, with the issue of its event if that has come."""
    place = (tx, application.account_id, application.id)
    for one in told:
        digest = feedbacks.digest_of(*place, one.event_id) if one.event_id else ""
        feedbacks.add(*place, replace(one, digest=digest))


def link(tx: Tx, application: Application, digests: Mapping[str, str]) -> None:
    """Link what was said before its events came; `digests` are hashes by event id."""
    waiting = feedbacks.awaiting(tx, application.id, tx.now - AWAITED_MS) if digests else {}
    known = {key: digests[event_id] for key, event_id in waiting.items() if event_id in digests}
    if known:
        feedbacks.link(tx, application.id, known)


def count_sessions(tx: Tx, application: Application, reports: Sequence[SessionReport]) -> None:
    """Count how sessions ended. One that reports itself counts once, however often and in
    whichever order its reports come."""
    if not reports:
        return
    issues.hold(tx, application.id)
    counts: dict[ReleaseDay, SessionEnds] = {}
    alone = {one.session_id for one in reports if one.session_id}
    known = release_health.known(tx, application.id, alone)
    changed: dict[str, KnownSession] = {}
    users: dict[tuple[ReleaseDay, str], int] = {}
    for one in reports:
        place, news = one.place, one.ends
        if one.session_id:
            before = known.get(one.session_id)
            place = before.place if before else place
            so_far = before.ends if before else SessionEnds()
            after = KnownSession(one.session_id, place, so_far.with_news(news))
            known[one.session_id] = changed[one.session_id] = after
            news = after.ends - so_far
        counts[place] = counts.get(place, SessionEnds()) + news
        if one.user:
            users[place, one.user] = users.get((place, one.user), 0) + news.crashed
    release_health.keep(tx, application.account_id, application.id, changed.values())
    release_health.add(tx, application.account_id, application.id, counts)
    release_health.add_users(tx, application.account_id, application.id, users)


def check_in(tx: Tx, application: Application, said: CheckIn) -> bool:
    """Hear what a job said as a ping of its heartbeat, which is made if it is not there and the
    job says its schedule; False if nobody heard it."""
    key = _key(application, said)
    found = heartbeats.by_key(tx, key)
    if found is None:
        found = _made(tx, application, said, key)
    elif said.schedule and said.schedule != found.schedule:
        _reschedule(tx, found, said.schedule)
    heard = heartbeats_engine.by_key(tx, key) if found else None
    if heard is None:
        return False
    heartbeats_engine.ping(tx, heard, Call(said.ping, method="SDK"))
    return True


def _key(application: Application, said: CheckIn) -> str:
    whole = f"{application.sentry_key}\x00{said.slug}\x00{said.env}"
    return hashlib.blake2b(whole.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _made(tx: Tx, application: Application, said: CheckIn, key: str) -> Heartbeat | None:
    """A heartbeat for a job, of the account's first integration of that type."""
    account_id = application.account_id
    senders = integrations.of_plugin(tx, account_id, HEARTBEAT.id)
    if said.schedule is None or not senders:
        return None
    if heartbeats.count(tx, account_id, Filter([senders[0].id])) >= HEARTBEATS_MAX:
        return None
    new = Heartbeat(
        id=tx.ids.object_id(),
        account_id=account_id,
        integration_id=senders[0].id,
        name=cut(f"{said.slug} ({said.env})" if said.env else said.slug, 100),
        key=key,
        creator_id=application.created_by,
        created_at=tx.now,
        updated_at=tx.now,
        description=f"Made by a check-in of the application {application.name}",
        schedule=said.schedule,
        labels={"application": application.name},
    )
    try:
        heartbeats_engine.add(tx, new)
    except InvalidParameter:
        return None
    return new


def _reschedule(tx: Tx, found: Heartbeat, schedule: Schedule) -> None:
    before = heartbeats.get(tx, found.account_id, found.id, lock=True)
    if before is None:
        return
    try:
        heartbeats_engine.change(tx, before, replace(before, schedule=schedule))
    except InvalidParameter:
        return


def sweep_sessions(tx: Tx, limit: int) -> int:
    """Forget up to so many sessions that are over, and days that are long gone."""
    return release_health.sweep(tx, tx.now - SESSIONS_KEPT_MS, tx.now - HEALTH_KEPT_MS, limit)
