"""RUM events and the sessions they form, kept until they expire."""

import threading
from collections.abc import Iterable, Sequence

import zstandard
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Table, delete, func, select, tuple_

from tocsin.domain.issue_event import Retention
from tocsin.domain.rum import RumEvent, RumKind, RumSession, expires_at
from tocsin.kernel.paging import Window
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.rum import rum_event, rum_session
from tocsin.store.upsert import upsert_many

LEVEL = 3
UNPACKED_BYTES_MAX = 8 * 1024 * 1024
_CHUNK = 400
_EVENT_KEY = ("application_id", "kind", "event_id")


class PackedRum(Struct, frozen=True):
    """An event, and its JSON compressed."""

    event: RumEvent
    payload: bytes


class SessionFilter(Struct, frozen=True):
    """Sessions of one application that began in a window (ms); "" and None narrow nothing."""

    application_id: str
    start: int
    end: int
    user_id: str = ""
    session_ids: tuple[str, ...] | None = None


class _Compressor(threading.local):
    """One for each thread: they are dear to make and not to be shared."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=LEVEL).compress


_COMPRESSOR = _Compressor()


def pack(event: RumEvent, raw: bytes) -> PackedRum:
    return PackedRum(event, _COMPRESSOR.compress(raw))


def unpack(payload: bytes) -> bytes:
    """The JSON of an event as it arrived."""
    return zstandard.ZstdDecompressor().decompress(payload, max_output_size=UNPACKED_BYTES_MAX)


def versions(
    tx: Tx, application_id: str, keys: Iterable[tuple[RumKind, str]]
) -> dict[tuple[RumKind, str], int]:
    """(kind, event id) → document version, of those that are stored."""
    found: dict[tuple[RumKind, str], int] = {}
    by_kind: dict[RumKind, list[str]] = {}
    for kind, event_id in keys:
        by_kind.setdefault(kind, []).append(event_id)
    columns = rum_event.c.event_id, rum_event.c.document_version
    for kind, event_ids in by_kind.items():
        for start in range(0, len(event_ids), _CHUNK):
            wanted = select(*columns).where(
                rum_event.c.application_id == application_id,
                rum_event.c.kind == kind,
                rum_event.c.event_id.in_(event_ids[start : start + _CHUNK]),
            )
            found.update({(kind, key): version for key, version in tx.tuples(wanted)})
    return found


def keep(
    tx: Tx, account_id: int, application_id: str, events: Sequence[PackedRum], kept: Retention
) -> None:
    """Store events, each in place of an earlier account of the same one."""
    if not events:
        return
    place = {"account_id": account_id, "application_id": application_id}
    rows = [
        {
            **asdict(one.event),
            **place,
            "expires_at": expires_at(one.event, kept),
            "payload": one.payload,
        }
        for one in events
    ]
    upsert_many(tx, rum_event, _EVENT_KEY, rows)


def sessions(tx: Tx, application_id: str, session_ids: Iterable[str]) -> dict[str, RumSession]:
    """Sessions by id, locked until the transaction ends."""
    wanted = select(*fields(rum_session, RumSession)).where(
        rum_session.c.application_id == application_id,
        rum_session.c.session_id.in_(sorted(set(session_ids))),
    )
    ordered = wanted.order_by(rum_session.c.session_id).with_for_update()
    return {one.session_id: one for one in tx.rows(ordered, RumSession)}


def keep_sessions(
    tx: Tx, account_id: int, application_id: str, known: Sequence[RumSession]
) -> None:
    if not known:
        return
    place = {"account_id": account_id, "application_id": application_id}
    rows = [{**asdict(one), **place} for one in known]
    upsert_many(tx, rum_session, ("application_id", "session_id"), rows)


def session(tx: Tx, account_id: int, application_id: str, session_id: str) -> RumSession | None:
    wanted = select(*fields(rum_session, RumSession)).where(
        rum_session.c.account_id == account_id,
        rum_session.c.application_id == application_id,
        rum_session.c.session_id == session_id,
    )
    return tx.row(wanted, RumSession)


def search_sessions(
    tx: Tx, account_id: int, wanted: SessionFilter, page: Window
) -> tuple[list[RumSession], int]:
    """A page of sessions, the latest first, and how many there are."""
    rules = [
        rum_session.c.account_id == account_id,
        rum_session.c.application_id == wanted.application_id,
        rum_session.c.started_at.between(wanted.start, wanted.end),
    ]
    if wanted.user_id:
        rules.append(rum_session.c.user_id == wanted.user_id)
    if wanted.session_ids is not None:
        rules.append(rum_session.c.session_id.in_(wanted.session_ids))
    listed = select(*fields(rum_session, RumSession)).where(*rules)
    latest = listed.order_by(rum_session.c.started_at.desc(), rum_session.c.session_id)
    found = tx.rows(latest.offset(page.offset).limit(page.limit), RumSession)
    return found, int(tx.value(select(func.count()).select_from(rum_session).where(*rules)))


def timeline(
    tx: Tx, account_id: int, application_id: str, session_id: str, page: Window
) -> tuple[list[RumEvent], bool]:
    """A page of a session's events in the order they happened, and whether there are more."""
    wanted = select(*fields(rum_event, RumEvent)).where(
        rum_event.c.account_id == account_id,
        rum_event.c.application_id == application_id,
        rum_event.c.session_id == session_id,
    )
    ordered = wanted.order_by(rum_event.c.occurred_at, rum_event.c.kind, rum_event.c.event_id)
    found = tx.rows(ordered.offset(page.offset).limit(page.limit + 1), RumEvent)
    return found[: page.limit], len(found) > page.limit


def payload_of(
    tx: Tx, account_id: int, application_id: str, kind: RumKind, event_id: str
) -> bytes | None:
    """The JSON of one event as it arrived, None where there is none."""
    found = tx.value(
        select(rum_event.c.payload).where(
            rum_event.c.account_id == account_id,
            rum_event.c.application_id == application_id,
            rum_event.c.kind == kind,
            rum_event.c.event_id == event_id,
        )
    )
    return None if found is None else unpack(found)


def sweep(tx: Tx, limit: int) -> int:
    """Forget up to so many events and sessions that expired."""
    events = _sweep(tx, rum_event, ["id"], limit)
    return max(events, _sweep(tx, rum_session, ["application_id", "session_id"], limit))


def _sweep(tx: Tx, table: Table, key: Sequence[str], limit: int) -> int:
    columns = [table.c[name] for name in key]
    old = select(*columns).where(table.c.expires_at < tx.now).limit(limit)
    return tx.run(delete(table).where(tuple_(*columns).in_(old)))
