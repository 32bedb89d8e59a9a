"""What browsers report of a page's security policies, as errors: `…/security/`."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from tocsin.domain.error_event import Door, ErrorEvent, Thrown
from tocsin.sources.source import (
    Read,
    Reading,
    Unreadable,
    made_id,
    mapping,
    parse_json,
    text,
    word,
)

REPORTS_MAX: Final = 100
BYTES_MAX: Final = 256 * 1024
_KINDS: Final = {"csp-violation": "csp", "csp-hash": "csp"}
_EXTENSION: Final = "-extension"
_TAGGED: Final = (
    *("effective-directive", "violated-directive", "blocked-uri", "disposition", "referrer"),
    *("source-file", "line-number", "status-code", "hostname", "port", "scheme"),
)


class Policed(Struct, frozen=True):
    """What the address of a report says of all its reports."""

    received_at: int
    env: str = ""
    version: str = ""
    client: str = ""


class _Report(Struct, frozen=True):
    kind: str
    said: dict[str, Any]
    url: str


def check(body: bytes) -> None:
    """Raise Unreadable for a body that holds no report."""
    list(_reports(parse_json(body)))


def read(body: bytes, policed: Policed) -> Reading:
    """All reports that a body holds; Unreadable for one that holds none."""
    reading = Reading()
    for report in _reports(parse_json(body)):
        found = _error(report, policed)
        if found is None:
            reading.tallies["skipped", "browser extension"] += 1
        else:
            reading.events.append(found)
    return reading


def _reports(said: Any) -> Iterator[_Report]:
    """In the form of each policy's own standard, or of the Reporting API."""
    if isinstance(said, list):
        for one in map(mapping, said[:REPORTS_MAX]):
            kind = word(one.get("type"), 32)
            if kind in _KINDS:
                yield _Report(_KINDS[kind], _dashed(mapping(one.get("body"))), word(one.get("url")))
        return
    named = mapping(said)
    for key, kind in (("csp-report", "csp"), ("expect-ct-report", "expect-ct")):
        if isinstance(named.get(key), dict):
            inner = named[key]
            yield _Report(kind, inner, word(inner.get("document-uri")))
            return
    if "known-pins" in named:
        yield _Report("hpkp", named, "")
        return
    raise Unreadable("the body is no security report")


def _dashed(body: dict[str, Any]) -> dict[str, Any]:
    """The Reporting API's names as the older ones: effectiveDirective, blockedURL."""
    names = {
        "effectiveDirective": "effective-directive",
        "blockedURL": "blocked-uri",
        "documentURL": "document-uri",
        "sourceFile": "source-file",
        "lineNumber": "line-number",
        "statusCode": "status-code",
    }
    return {names.get(name, name): value for name, value in body.items()}


def _error(report: _Report, policed: Policed) -> Read | None:
    """The error event of one report; None for what only a browser's extension did."""
    said = report.said
    try:
        raw = msgspec.json.encode(said)
    except RecursionError as error:
        raise Unreadable("a report nests too deeply") from error
    if report.kind == "csp":
        directive = _directive(said)
        blocked = _blocked(word(said.get("blocked-uri")))
        source = word(said.get("source-file"))
        if _EXTENSION in blocked.split(":")[0] or _EXTENSION in source.split(":")[0]:
            return None
        message, group = f"Blocked {directive} from {blocked}", [directive, blocked]
    else:
        host = word(said.get("hostname"), 253)
        what = "Expect-CT" if report.kind == "expect-ct" else "Public key pinning"
        message, group = f"{what} failed for {host}", [host]
    tags = {name: word(said.get(name), 200) for name in _TAGGED}
    event = ErrorEvent(
        event_id=made_id(raw + str(policed.received_at // 60_000).encode()),
        door=Door.SENTRY,
        received_at=policed.received_at,
        occurred_at=policed.received_at,
        platform="javascript",
        message=message,
        exceptions=(Thrown(type=report.kind, value=message),),
        fingerprint=(report.kind, *group),
        env=policed.env,
        version=policed.version,
        url=report.url or word(said.get("document-uri")),
        sdk=policed.client,
        tags={name: value for name, value in tags.items() if value},
    )
    return Read(event, raw)


def _directive(said: dict[str, Any]) -> str:
    named = word(said.get("effective-directive")) or word(said.get("violated-directive"))
    return named.split(" ")[0][:64] or "something"


def _blocked(uri: str) -> str:
    """An origin, or what stands in for one: inline, eval, self, data."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return text(uri, 200)
    if not parts.netloc:
        return (parts.scheme or uri or "self")[:200]
    return f"{parts.scheme}://{parts.netloc}"[:200]
