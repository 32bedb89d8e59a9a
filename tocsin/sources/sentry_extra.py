"""Items of an envelope that are no errors and not only counted: feedback, sessions, check-ins, logs."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from tocsin.domain.check_in import CheckIn
from tocsin.domain.feedback import Feedback
from tocsin.domain.heartbeat import GRACE_MS_MAX, PERIOD_MS_MAX, Ping, Schedule, check
from tocsin.domain.release_health import ReleaseDay, SessionEnds, SessionReport, day_of
from tocsin.domain.trace_log import TraceLog
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import DAY, HOUR, MINUTE
from tocsin.sources.sentry_envelope import event_id
from tocsin.sources.source import (
    TAG_LENGTH_MAX,
    TAGS_MAX,
    count,
    happened_at,
    instant,
    listing,
    made_id,
    mapping,
    text,
    without_addresses,
    word,
)

NAME_LENGTH_MAX: Final = 200
MESSAGE_LENGTH_MAX: Final = 4096
BODY_LENGTH_MAX: Final = 8192
LOGS_MAX: Final = 1000
AGGREGATES_MAX: Final = 1000
_HEX: Final = frozenset("0123456789abcdef")
_UNITS: Final = {
    "minute": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "week": 7 * DAY,
    "month": 30 * DAY,
    "year": 365 * DAY,
}
_PINGS: Final = {"in_progress": Ping.START, "ok": Ping.SUCCESS, "error": Ping.FAIL}
_GRACE_MS: Final = MINUTE


def user_report(payload: dict[str, Any], raw: bytes, received_at: int) -> Feedback | None:
    """The older form: words about an event by its id."""
    message = text(payload.get("comments"), MESSAGE_LENGTH_MAX)
    about = event_id(payload.get("event_id"))
    if not about or not message:
        return None
    return Feedback(
        feedback_id=made_id(raw),
        event_id=about,
        received_at=received_at,
        name=word(payload.get("name"), NAME_LENGTH_MAX),
        email=word(payload.get("email"), NAME_LENGTH_MAX),
        message=message,
    )


def feedback(payload: dict[str, Any], raw: bytes, received_at: int) -> Feedback | None:
    """The newer form: an event whose context holds the words."""
    said = mapping(mapping(payload.get("contexts")).get("feedback"))
    message = text(said.get("message"), MESSAGE_LENGTH_MAX)
    if not message:
        return None
    return Feedback(
        feedback_id=event_id(payload.get("event_id")) or made_id(raw),
        event_id=event_id(said.get("associated_event_id")),
        received_at=received_at,
        name=word(said.get("name"), NAME_LENGTH_MAX),
        email=word(said.get("contact_email"), NAME_LENGTH_MAX),
        message=message,
        url=word(said.get("url")),
    )


def session(payload: dict[str, Any], sent_at: int, received_at: int) -> SessionReport | None:
    """What an update says of one session; None without its id."""
    session_id = word(payload.get("sid"), 64)
    if not session_id:
        return None
    status = word(payload.get("status"), 32)
    ends = SessionEnds(
        started=1,
        errored=int(status in ("ok", "exited") and count(payload.get("errors")) > 0),
        unhandled=int(status == "unhandled"),
        crashed=int(status == "crashed"),
        abnormal=int(status == "abnormal"),
    )
    place = _place(payload, payload, sent_at, received_at)
    return SessionReport(session_id, place, ends, _user(payload))


def sessions(payload: dict[str, Any], sent_at: int, received_at: int) -> Iterator[SessionReport]:
    """How many sessions of a release ended how, minute by minute."""
    for bucket in map(mapping, listing(payload.get("aggregates"))[:AGGREGATES_MAX]):
        ended = {
            name: count(bucket.get(name), 10**6)
            for name in ("exited", "errored", "crashed", "abnormal", "unhandled")
        }
        started = sum(ended.values())
        ended.pop("exited")
        if started:
            place = _place(bucket, payload, sent_at, received_at)
            yield SessionReport("", place, SessionEnds(started=started, **ended), _user(bucket))


def _user(said: dict[str, Any]) -> str:
    """Whose sessions they are, by a digest: nobody needs to know whom it names."""
    named = word(said.get("did"), NAME_LENGTH_MAX)
    return hashlib.blake2b(named.encode(), digest_size=8).hexdigest() if named else ""


def _place(
    timed: dict[str, Any], payload: dict[str, Any], sent_at: int, received_at: int
) -> ReleaseDay:
    named = mapping(payload.get("attrs"))
    at = happened_at(instant(timed.get("started")), sent_at, received_at)
    version = word(named.get("release"), NAME_LENGTH_MAX)
    return ReleaseDay(day_of(at), version, word(named.get("environment"), NAME_LENGTH_MAX))


def check_in(payload: dict[str, Any]) -> CheckIn | None:
    """What a job said; None without a name or with a status of no known meaning."""
    slug = word(payload.get("monitor_slug"), 100)
    ping = _PINGS.get(word(payload.get("status"), 32))
    if not slug or ping is None:
        return None
    env = word(payload.get("environment"), 64)
    return CheckIn(slug, env, ping, _schedule(mapping(payload.get("monitor_config"))))


def _schedule(said: dict[str, Any]) -> Schedule | None:
    """A schedule that can be kept; None for anything else."""
    timing = mapping(said.get("schedule"))
    grace_ms = count(said.get("checkin_margin"), GRACE_MS_MAX // MINUTE) * MINUTE or _GRACE_MS
    zone = word(said.get("timezone"), 64) or "UTC"
    value = timing.get("value")
    cron = word(value, NAME_LENGTH_MAX).strip() if timing.get("type") == "crontab" else ""
    period_ms = count(value, PERIOD_MS_MAX) * _UNITS.get(word(timing.get("unit"), 16), 0)
    wanted = Schedule(DAY if cron else period_ms, grace_ms, cron, zone)
    try:
        check(wanted)
    except InvalidParameter:
        return None
    return wanted


def logs(payload: dict[str, Any], received_at: int) -> Iterator[TraceLog]:
    """The lines of a container that name a trace; whoever wrote them, without an address."""
    for one in map(mapping, listing(payload.get("items"))[:LOGS_MAX]):
        trace_id = plain_trace(one.get("trace_id"))
        if trace_id:
            named = {
                name: mapping(item).get("value")
                for name, item in mapping(one.get("attributes")).items()
            }
            at = happened_at(instant(one.get("timestamp")), 0, received_at)
            yield line(
                trace_id, at, word(one.get("level"), 16), one.get("body"), without_addresses(named)
            )


def line(trace_id: str, at: int, level: str, body: Any, named: dict[str, Any]) -> TraceLog:
    """A log line of a trace, known by what it says and when."""
    plain = {
        text(name, TAG_LENGTH_MAX): text(value, TAG_LENGTH_MAX)
        for name, value in list(named.items())[:TAGS_MAX]
    }
    said = text(body, BODY_LENGTH_MAX)
    whole = msgspec.json.encode((trace_id, at, level, said, sorted(plain.items())))
    log_id = hashlib.blake2b(whole, digest_size=16).hexdigest()
    return TraceLog(trace_id, log_id, at, level, said, plain)


def plain_trace(value: Any) -> str:
    """A trace's id as lower-case hex; "" for anything else, and for none."""
    plain = value.lower() if isinstance(value, str) and len(value) <= 64 else ""
    return plain if plain.strip("0") and _HEX.issuperset(plain) else ""
