"""Heartbeats and their last pings."""

from collections.abc import Collection
from typing import Final

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tocsin.domain.heartbeat import Heartbeat, HeartbeatStatus, Ping
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.paging import Window
from tocsin.kernel.text import digest
from tocsin.kernel.units import DAY
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.heartbeat import heartbeat, heartbeat_ping

PINGS_KEPT: Final = 100
DELETED_KEPT_MS: Final = DAY

_COLUMNS: Final = fields(heartbeat, Heartbeat)
_LIVE: Final = heartbeat.c.status != HeartbeatStatus.DELETED


class HeardPing(Struct, frozen=True):
    """One ping as it came; `exit_code` is -1 where none was told, `received_at` in ms."""

    heartbeat_id: str
    number: int
    account_id: int
    kind: Ping
    received_at: int
    method: str
    ip: str
    agent: str
    exit_code: int
    body: str


class Filter(Struct, frozen=True):
    """Which heartbeats a list holds; None narrows nothing."""

    integration_ids: Collection[int] | None = None
    status: HeartbeatStatus | None = None
    query: str = ""


def get(tx: Tx, account_id: int, heartbeat_id: str, *, lock: bool = False) -> Heartbeat | None:
    """One heartbeat; one that was deleted too, until it is forgotten."""
    found = select(*_COLUMNS).where(
        heartbeat.c.account_id == account_id, heartbeat.c.id == heartbeat_id
    )
    return tx.row(found.with_for_update() if lock else found, Heartbeat)


def by_key(tx: Tx, key: str, *, lock: bool = False) -> Heartbeat | None:
    """The heartbeat that a key pings. The one look-up without an account: the key names it."""
    found = select(*_COLUMNS).where(heartbeat.c.key_hash == digest(key), _LIVE)
    return tx.row(found.with_for_update() if lock else found, Heartbeat)


def by_name(tx: Tx, account_id: int, name: str, *, lock: bool = False) -> Heartbeat | None:
    """The oldest heartbeat of a name."""
    mine = (heartbeat.c.account_id == account_id, heartbeat.c.name == name, _LIVE)
    found = select(*_COLUMNS).where(*mine).order_by(heartbeat.c.id).limit(1)
    return tx.row(found.with_for_update() if lock else found, Heartbeat)


def of_name(
    tx: Tx, account_id: int, integration_id: int, name: str, *, lock: bool = False
) -> Heartbeat | None:
    """The oldest heartbeat of a name that an integration has."""
    mine = (heartbeat.c.account_id == account_id, heartbeat.c.name == name, _LIVE)
    own = select(*_COLUMNS).where(*mine, heartbeat.c.integration_id == integration_id)
    found = own.order_by(heartbeat.c.id).limit(1)
    return tx.row(found.with_for_update() if lock else found, Heartbeat)


def browse(tx: Tx, account_id: int, wanted: Filter, page: Window) -> list[Heartbeat]:
    """The heartbeats of a list, by name."""
    found = select(*_COLUMNS).where(*_conditions(account_id, wanted))
    ordered = found.order_by(heartbeat.c.name, heartbeat.c.id)
    return tx.rows(ordered.offset(page.offset).limit(page.limit), Heartbeat)


def count(tx: Tx, account_id: int, wanted: Filter) -> int:
    """How many a list holds."""
    found = select(func.count()).select_from(heartbeat)
    return int(tx.value(found.where(*_conditions(account_id, wanted))))


def add(tx: Tx, new: Heartbeat) -> None:
    """Keep a new heartbeat; InvalidParameter where its key is taken."""
    try:
        tx.run(insert(heartbeat).values(**asdict(new), key_hash=digest(new.key)))
    except IntegrityError:
        raise InvalidParameter(
            "another heartbeat has this ping_key; choose another", field="ping_key"
        ) from None


def save(tx: Tx, changed: Heartbeat) -> None:
    """Keep what became of a heartbeat; its key stays."""
    tx.run(
        update(heartbeat)
        .where(heartbeat.c.account_id == changed.account_id, heartbeat.c.id == changed.id)
        .values(**asdict(changed))
    )


def record(tx: Tx, heard: HeardPing) -> None:
    """Keep a ping, and only the last ones of its heartbeat."""
    tx.run(insert(heartbeat_ping).values(**asdict(heard)))
    tx.run(
        delete(heartbeat_ping).where(
            heartbeat_ping.c.heartbeat_id == heard.heartbeat_id,
            heartbeat_ping.c.number <= heard.number - PINGS_KEPT,
        )
    )


def pings(tx: Tx, account_id: int, heartbeat_id: str, limit: int) -> list[HeardPing]:
    """The last pings, newest first."""
    found = select(heartbeat_ping).where(
        heartbeat_ping.c.account_id == account_id,
        heartbeat_ping.c.heartbeat_id == heartbeat_id,
    )
    return tx.rows(found.order_by(heartbeat_ping.c.number.desc()).limit(limit), HeardPing)


def sweep(tx: Tx, limit: int) -> int:
    """Forget up to `limit` heartbeats that were deleted a day ago; how many."""
    old = select(heartbeat.c.id).where(
        heartbeat.c.status == HeartbeatStatus.DELETED,
        heartbeat.c.updated_at < tx.now - DELETED_KEPT_MS,
    )
    ids = tx.values(old.limit(limit))
    if not ids:
        return 0
    tx.run(delete(heartbeat_ping).where(heartbeat_ping.c.heartbeat_id.in_(ids)))
    return tx.run(delete(heartbeat).where(heartbeat.c.id.in_(ids)))


def _conditions(account_id: int, wanted: Filter) -> list[ColumnElement[bool]]:
    found = [heartbeat.c.account_id == account_id, _LIVE]
    if wanted.integration_ids is not None:
        found.append(heartbeat.c.integration_id.in_(wanted.integration_ids))
    if wanted.status is not None:
        found.append(heartbeat.c.status == wanted.status)
    if wanted.query:
        found.append(heartbeat.c.name.icontains(wanted.query, autoescape=True))
    return found
