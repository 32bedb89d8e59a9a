"""Alertmanager's own API, version 2, as Prometheus, Loki, vmalert and amtool push alerts to it.

Prometheus sends every firing alert again each minute, with an `endsAt` a few minutes ahead; it
never sends the same batch twice. So an alert that is not heard of again has expired.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import ALERTMANAGER
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import Failure, InvalidParameter, TooFrequent
from tocsin.kernel.units import MINUTE
from tocsin.sources import payload, severity_words
from tocsin.sources.answer import address_or_header_key as any_key
from tocsin.sources.answer import json_reply, language, segment_key
from tocsin.sources.door import Door, Kept, Knock, Piece, Pieces, Reply, Report
from tocsin.sources.source import Rejected, clean, instant

RESOLVE_TIMEOUT_MS: Final = 5 * MINUTE
"""How long an alert holds whose sender says no end."""
BATCH_BYTES_MAX: Final = 8 * 1024 * 1024
INVALID: Final = "invalid"
"""The entry of meta that says what was wrong with the first alert that is not taken in."""

_TITLES: Final = ("summary", "title", "message")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class PostableAlert(Struct, frozen=True):
    """An alert as senders post it; instants are RFC 3339, with nanoseconds."""

    labels: dict[str, str]
    annotations: dict[str, str] | None = None
    starts_at: str = msgspec.field(default="", name="startsAt")
    ends_at: str = msgspec.field(default="", name="endsAt")
    generator_url: str = msgspec.field(default="", name="generatorURL")


_decode = msgspec.json.Decoder(list[PostableAlert]).decode


def _posted(body: bytes) -> list[PostableAlert]:
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidParameter(
            "the body is not a list of alerts: {reason}", reason=str(error)
        ) from None


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    """Refuse what holds no alert that can be taken in; among good ones the rest is named."""
    posted = _posted(knock.body)
    problems = [problem for one in posted if (problem := _problem(one))]
    if problems and len(problems) == len(posted):
        raise InvalidParameter("no alert is valid: {problem}", problem=problems[0])
    return {INVALID: problems[0]} if problems else {}


def _problem(alert: PostableAlert) -> str:
    """Why an alert cannot be taken in, empty where it can."""
    if not any(alert.labels.values()):
        return "at least one label with a value is required"
    wrong = next((name for name in alert.labels if not _is_name(name)), None)
    if wrong is not None:
        return f"{wrong[:64]!r} is not a label name"
    if _starts_after_end(alert):
        return "startsAt must lie before endsAt"
    return ""


@lru_cache
def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def _starts_after_end(alert: PostableAlert) -> bool:
    starts, ends = instant(alert.starts_at), instant(alert.ends_at)
    return bool(starts and ends) and starts > ends


class _Part(Struct, frozen=True):
    """An alert as posted, its texts not yet read."""

    labels: Raw
    annotations: Raw = Raw(b"null")
    starts_at: str = msgspec.field(default="", name="startsAt")
    ends_at: str = msgspec.field(default="", name="endsAt")
    generator_url: str = msgspec.field(default="", name="generatorURL")


_take_apart = msgspec.json.Decoder(list[_Part]).decode
_decode_labels = msgspec.json.Decoder(dict[str, str]).decode
_decode_notes = msgspec.json.Decoder(dict[str, str] | None).decode


def _read(kept: Kept, integration: Integration) -> list[Report]:
    return [_read_piece(piece, kept) for piece in _split(kept)]


def _split(kept: Kept) -> list[Piece]:
    known: dict[str, int] = {"": 0}
    return [_piece(part, kept.received_at, known) for part in _take_apart(kept.body)]


def _piece(part: _Part, received_at: int, known: dict[str, int]) -> Piece:
    """A part as a piece; `known` remembers instants, as those of one request are mostly alike."""
    for text in (part.starts_at, part.ends_at):
        if text not in known:
            known[text] = instant(text)
    starts, ends = known[part.starts_at], known[part.ends_at]
    until = ends or received_at + RESOLVE_TIMEOUT_MS
    if until <= received_at or starts > until:
        return Piece(b"", until, part)
    texts = (part.starts_at.encode(), part.generator_url.encode())
    return Piece(b"\0".join((part.labels, part.annotations, *texts)), until, part)


def _read_piece(piece: Piece, kept: Kept) -> Report:
    part: _Part = piece.part
    alert = PostableAlert(
        _decode_labels(part.labels),
        _decode_notes(part.annotations),
        part.starts_at,
        part.ends_at,
        part.generator_url,
    )
    return _report(alert, kept.received_at)


def _report(alert: PostableAlert, received_at: int) -> Report:
    problem = _problem(alert)
    if problem:
        return Rejected(problem, msgspec.json.encode(alert)[:1000].decode("utf-8", "replace"))
    ends_at = instant(alert.ends_at) or received_at + RESOLVE_TIMEOUT_MS
    is_over = ends_at <= received_at
    labels = {name: clean(value) for name, value in alert.labels.items() if value}
    notes = alert.annotations or {}
    title = next((notes[name] for name in _TITLES if notes.get(name)), "")
    event = payload.event(
        _fingerprint(labels),
        EventStatus.OK if is_over else severity_words.of_labels(labels),
        clean(title) or labels.get("alertname", ""),
        payload.happened(alert.ends_at if is_over else alert.starts_at, received_at),
        description=clean(notes.get("description", "")),
        labels=payload.labels(
            labels,
            {"generator_url": alert.generator_url, "runbook_url": notes.get("runbook_url", "")},
        ),
    )
    return event if is_over else replace(event, expires_at=ends_at)


def _fingerprint(labels: Mapping[str, str]) -> str:
    """The same for the same labels, in whatever order."""
    said = "\0".join(f"{name}\0{labels[name]}" for name in sorted(labels))
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def _accepted(knock: Knock, meta: Mapping[str, str], request_id: str) -> Reply:
    """An empty yes; where some alerts were not valid a no that says why, though the others are
    kept: as its senders know it."""
    return json_reply(400, meta[INVALID]) if INVALID in meta else Reply(200)


def _refused(knock: Knock, failure: Failure, request_id: str) -> Reply:
    """A JSON text; 503 where others get 429, which Prometheus takes for good."""
    status = 503 if isinstance(failure, TooFrequent) else failure.status
    return json_reply(status, failure.message(language(knock)))


SETUP: Final = """\
# prometheus.yml; HOST is the host and port of URL
alerting:
  alertmanagers:
    - path_prefix: /am/KEY
      static_configs:
        - targets: [HOST]
"""

_DOOR: Final = Door(
    plugin=ALERTMANAGER,
    path="/am/{key}/api/v2/alerts",
    key=segment_key,
    check=_check,
    read=_read,
    accepted=_accepted,
    refused=_refused,
    setup=SETUP,
    body_bytes_max=BATCH_BYTES_MAX,
    pieces=Pieces(_split, _read_piece),
)

DOORS: Final = (_DOOR, replace(_DOOR, path="/api/v2/alerts", key=any_key))
