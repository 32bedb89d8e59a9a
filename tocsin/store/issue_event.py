"""The events behind issues: what arrived, what was understood of it, and what has to go."""

import threading
from collections import Counter
from collections.abc import Sequence

import msgspec
import zstandard
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import bindparam, delete, func, insert, select, update

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.issue_event import Keep, Kept, Retention
from tocsin.kernel.errors import ResourceNotFound
from tocsin.store import bulk
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.issue import hold
from tocsin.store.tables.issue import OVERFULL, issue, issue_event, issue_retention, issue_sweep
from tocsin.store.upsert import upsert

_LEVEL = 1
_DECODER = msgspec.json.Decoder(ErrorEvent)
_ENCODER = msgspec.json.Encoder()
UNPACKED_BYTES_MAX = 64 * 1024 * 1024
_BRIEF = (
    issue_event.c.event_id,
    issue_event.c.received_at,
    issue_event.c.occurred_at,
    issue_event.c.version,
    issue_event.c.env,
    issue_event.c.is_crash,
    issue_event.c.keep,
)


class Packed(Struct, frozen=True):
    """An event compressed: the JSON it arrived as (`raw_bytes` of it), then as understood."""

    payload: bytes
    raw_bytes: int


class NewEvent(Struct, frozen=True):
    """An event to keep, and where it belongs."""

    issue_id: str
    event: ErrorEvent
    packed: Packed
    keep: Keep


class Brief(Struct, frozen=True):
    """A stored event without its payload; instants in ms."""

    event_id: str
    received_at: int
    occurred_at: int
    version: str
    env: str
    is_crash: bool
    keep: Keep


class Whole(Struct, frozen=True):
    """A stored event as it was understood, and the JSON it arrived as."""

    event: ErrorEvent
    raw: bytes
    keep: Keep


class _Compressor(threading.local):
    """One for each thread: they are dear to make and not to be shared."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=_LEVEL).compress


_COMPRESSOR = _Compressor()


def pack(event: ErrorEvent, raw: bytes) -> Packed:
    return Packed(_COMPRESSOR.compress(raw + _ENCODER.encode(event)), len(raw))


def unpack(payload: bytes, raw_bytes: int) -> tuple[ErrorEvent, bytes]:
    """A packed event as it was understood, and the JSON it arrived as."""
    plain = zstandard.ZstdDecompressor().decompress(payload, max_output_size=UNPACKED_BYTES_MAX)
    return _DECODER.decode(plain[raw_bytes:]), plain[:raw_bytes]


def present(tx: Tx, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (issue id, event id) pairs that are stored already."""
    table, values = bulk.given(tx, keys)
    stored = "e.issue_id = given.a AND e.event_id = given.b"
    statement = f"SELECT a, b FROM {table} CROSS JOIN issue_event e WHERE {stored}"  # noqa: S608
    return {(issue_id, event_id) for issue_id, event_id in bulk.rows(tx, statement, values)}


def add(tx: Tx, account_id: int, application_id: str, new: Sequence[NewEvent]) -> None:
    """Store events of one application, and count them where its retention looks. How many of them
    are each issue's is the issue's to store."""
    rows = [
        {
            "account_id": account_id,
            "application_id": application_id,
            "issue_id": each.issue_id,
            "event_id": each.event.event_id,
            "received_at": each.event.received_at,
            "occurred_at": each.event.occurred_at,
            "version": each.event.version,
            "env": each.event.env,
            "is_crash": each.event.is_crash,
            "user_id": each.event.user_id,
            "session_id": each.event.session_id,
            "url": each.event.url.replace("\x00", ""),
            "keep": each.keep,
            "raw_bytes": each.packed.raw_bytes,
            "payload": each.packed.payload,
        }
        for each in new
    ]
    bulk.add(tx, issue_event, rows)
    _count_total(tx, account_id, application_id, len(rows))


def listed(tx: Tx, account_id: int, issue_id: str) -> list[Brief]:
    """The stored events of an issue, the newest first; sampling bounds their number."""
    wanted = select(*_BRIEF).where(
        issue_event.c.account_id == account_id, issue_event.c.issue_id == issue_id
    )
    return tx.rows(wanted.order_by(issue_event.c.id.desc()), Brief)


def newest(tx: Tx, account_id: int, issue_id: str) -> str:
    """The id of an issue's newest stored event, "" where there is none."""
    wanted = select(issue_event.c.event_id).where(
        issue_event.c.account_id == account_id, issue_event.c.issue_id == issue_id
    )
    return str(tx.value(wanted.order_by(issue_event.c.id.desc()).limit(1)) or "")


def get(tx: Tx, account_id: int, issue_id: str, event_id: str) -> Whole | None:
    """One stored event with its payload, None where there is none."""
    wanted = select(issue_event.c.raw_bytes, issue_event.c.payload, issue_event.c.keep).where(
        issue_event.c.account_id == account_id,
        issue_event.c.issue_id == issue_id,
        issue_event.c.event_id == event_id,
    )
    found = tx.tuples(wanted)
    if not found:
        return None
    raw_bytes, payload, keep = found[0]
    return Whole(*unpack(payload, raw_bytes), keep)


def missing(issue_id: str, event_id: str) -> ResourceNotFound:
    return ResourceNotFound(
        "issue {issue_id} has no stored event {event_id}; list its events first",
        issue_id=issue_id,
        event_id=event_id,
    )


def retention(tx: Tx, account_id: int, application_id: str) -> Retention:
    """What an application keeps; the default where nobody said."""
    wanted = select(*fields(issue_retention, Retention)).where(
        issue_retention.c.account_id == account_id,
        issue_retention.c.application_id == application_id,
    )
    return tx.row(wanted, Retention) or Retention()


def retain(tx: Tx, account_id: int, application_id: str, wanted: Retention) -> None:
    """Change what an application keeps; the sweep follows."""
    hold(tx, application_id)
    _count_total(tx, account_id, application_id, 0)
    mine = issue_retention.c.application_id == application_id
    tx.run(update(issue_retention).where(mine).values(**asdict(wanted)))


def overfull(tx: Tx) -> str | None:
    """An issue with more events than sampling lets stay, of any account; None when all fit."""
    found: str | None = tx.value(select(issue.c.issue_id).where(OVERFULL).limit(1))
    return found


def kept(tx: Tx, issue_id: str, limit: int) -> list[Kept]:
    """The oldest events of an issue, oldest first."""
    wanted = select(issue_event.c.id, issue_event.c.keep).where(issue_event.c.issue_id == issue_id)
    return tx.rows(wanted.order_by(issue_event.c.id).limit(limit), Kept)


class Old(Struct, frozen=True):
    """A stored event as the sweep sees it."""

    id: int
    account_id: int
    application_id: str
    issue_id: str
    keep: Keep
    received_at: int


def oldest(tx: Tx, after_id: int, limit: int) -> list[Old]:
    """Events of any account behind `after_id`, the oldest first."""
    wanted = select(*(issue_event.c[name] for name in Old.__struct_fields__))
    wanted = wanted.where(issue_event.c.id > after_id).order_by(issue_event.c.id)
    return tx.rows(wanted.limit(limit), Old)


def by_numbers(tx: Tx, event_ids: Sequence[int]) -> list[Old]:
    """Events by their row ids."""
    wanted = select(*(issue_event.c[name] for name in Old.__struct_fields__))
    return tx.rows(wanted.where(issue_event.c.id.in_(event_ids)), Old)


def drop(tx: Tx, events: Sequence[Old]) -> None:
    """Delete events and count them off."""
    tx.run(delete(issue_event).where(issue_event.c.id.in_([each.id for each in events])))
    for (account_id, application_id), issue_ids in _grouped(events).items():
        _count_off(tx, issue_ids)
        _count_total(tx, account_id, application_id, -len(issue_ids))


def event_count(tx: Tx, account_id: int, application_id: str) -> int:
    """How many events of an application are stored."""
    wanted = select(issue_retention.c.event_count).where(
        issue_retention.c.account_id == account_id,
        issue_retention.c.application_id == application_id,
    )
    return int(tx.value(wanted) or 0)


def sweep_alone(tx: Tx) -> bool:
    """Whether no other engine sweeps events; if so, none does until this transaction ends."""
    if tx.dialect == "sqlite":
        return True
    return bool(tx.value(select(func.pg_try_advisory_xact_lock(func.hashtext("issue_sweep")))))


def pressure(tx: Tx) -> tuple[int, bool]:
    """The shortest age (ms) any application keeps, and whether one has more than it may."""
    shortest = tx.value(select(func.min(issue_retention.c.age_ms)))
    over = select(issue_retention.c.application_id).where(
        issue_retention.c.event_count > issue_retention.c.events_max
    )
    return int(shortest or Retention().age_ms), tx.value(over.limit(1)) is not None


def sweep_position(tx: Tx) -> int:
    """The row id behind which the sweep goes on."""
    return int(tx.value(select(issue_sweep.c.after_id)) or 0)


def move_sweep(tx: Tx, after_id: int) -> None:
    upsert(tx, issue_sweep, {"id": 1}, {"after_id": after_id})


def _grouped(events: Sequence[Old]) -> dict[tuple[int, str], list[str]]:
    grouped: dict[tuple[int, str], list[str]] = {}
    for each in events:
        grouped.setdefault((each.account_id, each.application_id), []).append(each.issue_id)
    return grouped


def _count_off(tx: Tx, issue_ids: Sequence[str]) -> None:
    changing = update(issue).where(issue.c.issue_id == bindparam("key"))
    tx.run(
        changing.values(kept_count=issue.c.kept_count - bindparam("gone")),
        [{"key": key, "gone": count} for key, count in sorted(Counter(issue_ids).items())],
    )


def _count_total(tx: Tx, account_id: int, application_id: str, change: int) -> None:
    """Add to the count of an application's events."""
    mine = issue_retention.c.application_id == application_id
    total = issue_retention.c.event_count + change
    if not tx.run(update(issue_retention).where(mine).values(event_count=total)):
        tx.run(
            insert(issue_retention).values(
                application_id=application_id,
                account_id=account_id,
                **asdict(Retention()),
                event_count=change,
            )
        )
