"""When somebody is told that a server is in trouble: not at the first hiccup, again while it lasts,
and once when it is over."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.kernel.text import cut
from tocsin.kernel.units import HOUR, MINUTE, SECOND

AGAIN_MS: Final = HOUR
PATIENCE_MS: Final = MINUTE
BEAT_AGE_MAX_MS: Final = 30 * SECOND
TIMER_LAG_MAX_MS: Final = MINUTE
DELIVERY_LAG_MAX_MS: Final = 2 * MINUTE
INBOX_AGE_MAX_MS: Final = MINUTE
WATCHER_SILENT_MS: Final = 10 * MINUTE
WHY_MAX: Final = 200


class Failing(Struct, frozen=True):
    """Timers that fail again and again: how many, and of the oldest for how long (ms), its kind
    and why."""

    count: int
    lag: int
    kind: str
    error: str


class Lags(Struct, frozen=True):
    """How far a server is behind, in ms; a beat age of -1 means that no engine ever ran."""

    beat_age: int
    timer: int
    delivery: int
    inbox: int
    failing: Failing | None = None


class Watch(Struct, frozen=True):
    """What a watcher remembers; instants are ms, 0 where there is none."""

    bad_since: int = 0
    told_at: int = 0


class Word(Struct, frozen=True):
    """What is to be told; no problems mean that all is well again."""

    problems: tuple[str, ...]
    since: int


def late(lags: Lags) -> tuple[str, ...]:
    """What a server is behind with, each with the next step."""
    if not 0 <= lags.beat_age <= BEAT_AGE_MAX_MS:
        return ("no engine has reported for 30 s; start `tocsin engine` and see its log",)
    found = []
    for lag, most, what in (
        (lags.inbox, INBOX_AGE_MAX_MS, "events wait to be digested"),
        (lags.timer, TIMER_LAG_MAX_MS, "timers are overdue"),
        (lags.delivery, DELIVERY_LAG_MAX_MS, "messages to people wait to be sent"),
    ):
        if lag > most:
            found.append(f"{what} for {lag // SECOND} s; see the engine's log and its load")
    return tuple(found)


def failing(lags: Lags) -> tuple[str, ...]:
    """What a server tries again and again in vain. Everything else of it works, so this is no
    reason to send people to another one."""
    found = lags.failing
    if found is None or found.lag <= TIMER_LAG_MAX_MS:
        return ()
    why = cut(found.error, WHY_MAX)
    return (
        f"{found.count} timers fail again and again, the first for {found.lag // SECOND} s"
        f" ({found.kind}: {why}); see the engine's log",
    )


def looked(
    before: Watch, problems: tuple[str, ...], at: int, patience_ms: int = PATIENCE_MS
) -> tuple[Watch, Word | None]:
    """What a look at an instant (ms) came to, and what is to be told of it, if anything."""
    if not problems:
        word = Word((), before.bad_since) if before.told_at else None
        return Watch(), word
    now = before if before.bad_since else Watch(bad_since=at)
    ripe = at - now.bad_since >= patience_ms
    due = not now.told_at or at - now.told_at >= AGAIN_MS
    if ripe and due:
        return replace(now, told_at=at), Word(problems, now.bad_since)
    return now, None
