"""What the coverage check found, by channel and severity."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, delete, func, select, update

from tocsin.domain.severity import Severity
from tocsin.kernel.paging import Window
from tocsin.store.database import Tx
from tocsin.store.tables.channel import channel
from tocsin.store.tables.coverage import coverage, coverage_wish
from tocsin.store.upsert import upsert, upsert_many

_KEY = ("account_id", "channel_id", "severity")


class Coverage(Struct, frozen=True):
    """Of incidents of a severity in a channel: the first instant (ms) at which one would reach
    nobody in time, 0 for none in sight; why, the way there, and how soon that was to be. `is_told` once admins know."""

    account_id: int
    channel_id: int
    severity: Severity
    checked_at: int
    uncovered_at: int
    reason: str
    trace: tuple[str, ...]
    within_ms: int
    is_told: bool = False


class Wanted(Struct, frozen=True):
    """Which results a list holds; None narrows nothing."""

    channel_ids: tuple[int, ...] | None = None
    hidden: tuple[int, ...] = ()
    only_uncovered: bool = False


def of_channel(tx: Tx, account_id: int, channel_id: int) -> dict[Severity, Coverage]:
    """What was found of a channel last time."""
    found = select(coverage).where(
        coverage.c.account_id == account_id, coverage.c.channel_id == channel_id
    )
    return {one.severity: one for one in tx.rows(found, Coverage)}


def checked_at(tx: Tx, account_id: int) -> int:
    """When (ms) the last check was finished, 0 where none was: no channel was looked at before."""
    oldest = select(func.min(coverage.c.checked_at)).where(coverage.c.account_id == account_id)
    return int(tx.value(oldest) or 0)


def put(tx: Tx, found: Sequence[Coverage]) -> None:
    """Keep what was found in place of what was before."""
    if found:
        upsert_many(tx, coverage, _KEY, [asdict(one) for one in found])


def keep_channels(tx: Tx, account_id: int, channel_ids: Collection[int]) -> None:
    """Forget the channels that are no more."""
    tx.run(
        delete(coverage).where(
            coverage.c.account_id == account_id, coverage.c.channel_id.not_in(channel_ids)
        )
    )


def untold(tx: Tx, account_id: int) -> list[tuple[str, Coverage]]:
    """What is not covered and nobody was told of, with the channel's name."""
    found = (
        select(channel.c.name, coverage.c.channel_id, coverage.c.severity)
        .join(channel, channel.c.id == coverage.c.channel_id)
        .where(
            coverage.c.account_id == account_id,
            channel.c.account_id == account_id,
            coverage.c.uncovered_at > 0,
            coverage.c.is_told.is_(False),
        )
        .order_by(coverage.c.uncovered_at, channel.c.name, coverage.c.severity)
    )
    return [
        (name, of_channel(tx, account_id, channel_id)[severity])
        for name, channel_id, severity in tx.tuples(found)
    ]


def set_told(tx: Tx, account_id: int) -> None:
    """Admins know of all that is not covered now."""
    tx.run(
        update(coverage)
        .where(coverage.c.account_id == account_id, coverage.c.uncovered_at > 0)
        .values(is_told=True)
    )


def browse(tx: Tx, account_id: int, wanted: Wanted, window: Window) -> list[Coverage]:
    """A page of what was found: what is not covered first, the soonest before."""
    found = select(coverage).where(*_conditions(account_id, wanted))
    ordered = found.order_by(
        (coverage.c.uncovered_at == 0),
        coverage.c.uncovered_at,
        coverage.c.channel_id,
        coverage.c.severity,
    )
    return tx.rows(ordered.offset(window.offset).limit(window.limit), Coverage)


def count(tx: Tx, account_id: int, wanted: Wanted) -> int:
    """How many results a list has in all."""
    found = select(func.count()).select_from(coverage)
    return int(tx.value(found.where(*_conditions(account_id, wanted))))


def within_ms(tx: Tx, account_id: int, default: int) -> int:
    """How soon somebody is to be reached."""
    found = select(coverage_wish.c.within_ms).where(coverage_wish.c.account_id == account_id)
    return int(tx.value(found) or default)


def set_within(tx: Tx, account_id: int, within: int) -> None:
    """Say how soon somebody is to be reached."""
    upsert(tx, coverage_wish, {"account_id": account_id}, {"within_ms": within})


def _conditions(account_id: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [coverage.c.account_id == account_id]
    if wanted.channel_ids is not None:
        conditions.append(coverage.c.channel_id.in_(wanted.channel_ids))
    if wanted.hidden:
        conditions.append(coverage.c.channel_id.not_in(wanted.hidden))
    if wanted.only_uncovered:
        conditions.append(coverage.c.uncovered_at > 0)
    return conditions
