"""Requests of the Flashcat (Datadog family) SDKs: lines of JSON, everything else in the query."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from tocsin.domain.rum import RumKind
from tocsin.sources.encoding import expand, measure
from tocsin.sources.rum_event import Batch, ddtags, error_event
from tocsin.sources.rum_item import item
from tocsin.sources.source import (
    Read,
    Reading,
    Rejected,
    RumRead,
    Unreadable,
    clean,
    count,
    excerpt,
    made_id,
    mapping,
    parse_object,
    word,
)

LINES_MAX: Final = 1_000
BODY_BYTES_MAX: Final = 2 * 1024 * 1024
LINE_BYTES_MAX: Final = 1024 * 1024
RUM_KINDS: Final = frozenset(RumKind)
COUNTED_LINES: Final = frozenset({*RumKind, "log"})
TRACKS: Final = frozenset({"rum", "logs", "replay", "profile"})
QUERY_KEPT: Final = (
    "ddtags",
    "dd-evp-encoding",
    "dd-evp-origin",
    "dd-evp-origin-version",
    "batch_time",
)
"""What of a query says something about the lines."""
_QUERY_FIELDS_MAX: Final = 64


class Forwarded(Struct, frozen=True):
    """What the SDK wanted to reach, as its `proxy` option packs it into one parameter."""

    track: str
    query: dict[str, str]


def forwarded(value: str) -> Forwarded:
    """A decoded `ddforward` value, "/api/v2/<track>?…". Raises Unreadable for another path."""
    try:
        parts = urlsplit(value)
        query = dict(parse_qsl(parts.query, max_num_fields=_QUERY_FIELDS_MAX))
    except ValueError as error:
        raise Unreadable("ddforward is not a path with a query") from error
    track = parts.path.rstrip("/").rpartition("/")[2]
    if not parts.path.startswith("/api/v2/") or track not in TRACKS:
        raise Unreadable("ddforward must begin with /api/v2/ and one of rum, logs, replay, profile")
    return Forwarded(track=track, query=query)


def lines_of(body: bytes, query: Mapping[str, str]) -> bytes:
    """The body's lines, out of the zlib stream the query may announce.

    A stream cut short by a closing page gives what it held. Raises Unreadable and TooLarge.
    """
    encoding = query.get("dd-evp-encoding", "")
    return expand(body, encoding, BODY_BYTES_MAX, cut_short_ok=True)


def check_lines(body: bytes, query: Mapping[str, str]) -> None:
    """Raise as `lines_of` would, without holding what the body expands to."""
    measure(body, query.get("dd-evp-encoding", ""), BODY_BYTES_MAX, cut_short_ok=True)


def count_lines(body: bytes, track: str) -> Reading:
    """What a track whose content has no use here amounts to: its lines, or one thing."""
    name = track if track in TRACKS else "unknown"
    amount = sum(1 for line in body.split(b"\n") if line.strip()) if track == "logs" else 1
    return Reading(tallies=Counter({("item", name): amount}))


def read_lines(body: bytes, query: Mapping[str, str], received_at: int) -> Reading:
    """All that a body of lines holds; a line nothing can be made of is listed as rejected."""
    batch = _batch(query, received_at)
    reading = Reading()
    lines = body.split(b"\n")
    for line in lines[:LINES_MAX]:
        if line.strip():
            _read_line(line, batch, reading)
    if len(lines) > LINES_MAX:
        reading.rejected.append(Rejected(f"a request may hold {LINES_MAX} lines, the rest is left"))
    return reading


def _batch(query: Mapping[str, str], received_at: int) -> Batch:
    user_agent = clean(query.get("user_agent", ""))
    query = {name: clean(query.get(name, "")) for name in QUERY_KEPT}
    named = ddtags(query["ddtags"])
    sdk = named.get("sdk_version", "") or query["dd-evp-origin-version"]
    origin = word(query["dd-evp-origin"], 32) or "browser"
    return Batch(
        received_at=received_at,
        sent_at=count(query["batch_time"][:16], 10**14),
        env=named.get("env", ""),
        service=named.get("service", ""),
        version=named.get("version", ""),
        sdk=f"rum.{origin}/{sdk[:32]}" if sdk else f"rum.{origin}",
        user_agent=user_agent,
    )


def _read_line(line: bytes, batch: Batch, reading: Reading) -> None:
    try:
        if len(line) > LINE_BYTES_MAX:
            raise Unreadable(f"a line is larger than {LINE_BYTES_MAX} bytes")
        named = parse_object(line, "a line")
    except Unreadable as error:
        reading.rejected.append(Rejected(str(error), excerpt(line)))
        return
    kind = word(named.get("type"), 32)
    if kind == "error":
        if not mapping(named.get("error")):
            reading.rejected.append(Rejected("an error line has no error object", excerpt(line)))
            return
        reading.events.append(Read(error_event(named, batch, made_id(line)), line))
    elif kind == "view":
        _tally_view(named, reading)
    elif kind != "telemetry":
        reading.tallies["item", kind if kind in COUNTED_LINES else "unknown"] += 1
    if kind in RUM_KINDS:
        event = item(named, RumKind(kind), batch, made_id(line))
        if event is not None:
            reading.rum.append(RumRead(event, line))


def _tally_view(named: dict[str, Any], reading: Reading) -> None:
    """A view is sent again whenever it changes; its first version is the one that counts."""
    if mapping(named.get("_dd")).get("document_version", 1) == 1:
        reading.tallies["item", "view"] += 1
