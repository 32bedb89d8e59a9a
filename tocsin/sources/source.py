"""What every door's reading is made of, and how JSON from strangers is taken apart."""

import hashlib
import json
import math
from collections import Counter
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from tocsin.domain.check_in import CheckIn
from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.feedback import Feedback
from tocsin.domain.release_health import SessionReport
from tocsin.domain.rum import RumEvent
from tocsin.domain.trace_log import TraceLog

TEXT_LENGTH_MAX: Final = 1024
MESSAGE_LENGTH_MAX: Final = 8192
POSITION_MAX: Final = 2**31 - 1
EXCERPT_LENGTH_MAX: Final = 512
CLOCK_DRIFT_MS_MIN: Final = 60_000
"""A client's clock this far off is corrected; nearer, the difference may be the network's."""
AGE_MS_MAX: Final = 30 * 24 * 3_600_000
TAGS_MAX: Final = 100
ADDRESS_NAMES: Final = frozenset(
    [
        *("ip", "client_ip", "remote_ip", "http_client_ip", "user_ip", "user_ip_address"),
        *("client_address", "source_address", "net_peer_ip", "net_sock_peer_addr", "geo_ip"),
        *("network_peer_address", "enduser_ip", "peer_ip", "remote_addr", "http_forwarded_for"),
    ]
)
"""What attributes with somebody's network address are called, dots as underscores."""
TAG_LENGTH_MAX: Final = 200


class Unreadable(ValueError):
    """Nothing can be made of it; the text says why, for people."""


class TooLarge(Unreadable):
    """It is, or expands to, more bytes than are taken."""


class Rejected(Struct, frozen=True):
    """A part nothing can be made of: why, and how it begins."""

    reason: str
    excerpt: str = ""


class Read(Struct, frozen=True):
    """An error event and the bytes it was read from."""

    event: ErrorEvent
    raw: bytes


class RumRead(Struct, frozen=True):
    """An event of a session and the bytes it was read from."""

    event: RumEvent
    raw: bytes


class Reading(Struct, frozen=True):
    """All that a request held; of an error out of a session both `events` and `rum` tell.

    `tallies` counts what is only counted, by (kind, name): a session's outcome, an item type
    that is skipped, an event the SDK itself dropped.
    """

    events: list[Read] = field(default_factory=list)
    rum: list[RumRead] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    sessions: list[SessionReport] = field(default_factory=list)
    check_ins: list[CheckIn] = field(default_factory=list)
    logs: list[TraceLog] = field(default_factory=list)
    tallies: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)


def made_id(raw: bytes) -> str:
    """An event id for an event without one: the same for the same bytes."""
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def excerpt(raw: bytes) -> str:
    """How a part begins, as text that any database stores."""
    return clean(raw[:EXCERPT_LENGTH_MAX].decode("utf-8", "replace"))


def clean(value: str) -> str:
    """Text without what a database or UTF-8 cannot hold: NUL and lone surrogates."""
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode("utf-8")
    return value.replace("\x00", "") if "\x00" in value else value


def parse_json(raw: bytes) -> Any:
    """A JSON value whose texts any database stores.

    NaN, NUL, lone surrogates and invalid UTF-8 are forgiven; else Unreadable.
    """
    try:
        value = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        value = _parse_leniently(raw)
    return _without_nul(value) if b"\\u0000" in raw else value


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\x00", "")
        case list():
            return [_without_nul(item) for item in value]
        case dict():
            return {_without_nul(key): _without_nul(item) for key, item in value.items()}
        case _:
            return value


def _parse_leniently(raw: bytes) -> Any:
    try:
        value = json.loads(
            raw.decode("utf-8", "replace"),
            parse_constant=lambda _: None,
            parse_float=_finite,
            parse_int=lambda digits: int(digits) if len(digits) < 20 else None,
        )
        plain = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return msgspec.json.decode(plain.encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is not valid JSON") from error


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def parse_object(raw: bytes, what: str) -> dict[str, Any]:
    """A JSON object, else Unreadable naming `what`."""
    try:
        value = parse_json(raw)
    except Unreadable as error:
        raise Unreadable(f"{what} is not valid JSON") from error
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is not a JSON object")
    return value


def text(value: Any, length_max: int = TEXT_LENGTH_MAX) -> str:
    """Any value of `parse_json` as text no longer than `length_max`; null and containers' emptiness are ''."""
    if isinstance(value, str):
        return value if len(value) <= length_max else value[:length_max]
    if value is None or value == {} or value == []:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)[:length_max]
    try:
        return msgspec.json.encode(value).decode()[:length_max]
    except RecursionError:
        return ""


def word(value: Any, length_max: int = TEXT_LENGTH_MAX) -> str:
    """A string or a number as text; anything else is ''."""
    if isinstance(value, str):
        return value if len(value) <= length_max else value[:length_max]
    return "" if isinstance(value, dict | list | bool) else text(value, length_max)


def mapping(value: Any) -> dict[str, Any]:
    """A JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def without_addresses(named: dict[str, Any]) -> dict[str, Any]:
    """Attributes without those that hold the network address of whom an event happened to."""
    return {
        name: value
        for name, value in named.items()
        if name.lower().replace(".", "_") not in ADDRESS_NAMES
    }


def listing(value: Any) -> list[Any]:
    """A JSON array, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def count(value: Any, maximum: int = POSITION_MAX) -> int:
    """A count or a position: an integer from 0 to `maximum`, 0 for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 <= value <= maximum else 0


def instant(value: Any) -> int:
    """Epoch seconds (a number) or an RFC 3339 text as ms; 0 for anything else."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, int | float):
        return int(value * 1000) if 0 < value < 1e11 else 0
    return _instant_said(value) if isinstance(value, str) and 10 <= len(value) <= 40 else 0


@lru_cache
def _instant_said(value: str) -> int:
    # What comes together mostly began and ends together.
    try:
        parsed = datetime.fromisoformat(value)
        stamp = parsed.timestamp() if parsed.tzinfo else parsed.replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return _epoch_text(value)
    return int(stamp * 1000) if stamp > 0 else 0


def _epoch_text(value: str) -> int:
    try:
        number = float(value)
    except ValueError:
        return 0
    return int(number * 1000) if 0 < number < 1e11 else 0


def happened_at(claimed_at: int, sent_at: int, received_at: int) -> int:
    """When it happened by our clock (ms): the client's drift is taken out, nonsense is not kept.

    `claimed_at` and `sent_at` are by the client's clock; 0 is unknown.
    """
    drift = received_at - sent_at if sent_at else 0
    at = claimed_at + (drift if abs(drift) > CLOCK_DRIFT_MS_MIN else 0)
    is_possible = received_at - AGE_MS_MAX <= at <= received_at + CLOCK_DRIFT_MS_MIN
    return min(at, received_at) if claimed_at and is_possible else received_at


def tags(value: Any) -> dict[str, str]:
    """Tags from an object, from [key, value] pairs or from {key, value} objects."""
    if isinstance(value, dict):
        pairs = list(value.items())
    else:
        pairs = [pair for pair in map(_pair, listing(value)) if pair is not None]
    named = {text(key, TAG_LENGTH_MAX): text(tag, TAG_LENGTH_MAX) for key, tag in pairs[:TAGS_MAX]}
    return {key: tag for key, tag in named.items() if key and tag}


def _pair(value: Any) -> tuple[Any, Any] | None:
    if isinstance(value, list) and len(value) == 2:
        return value[0], value[1]
    if isinstance(value, dict) and "key" in value:
        return value["key"], value.get("value")
    return None
