"""Channels and the teams that look after them."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from tocsin.domain.channel import Channel, ChannelStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.paging import Window
from tocsin.kernel.text import digest, fold
from tocsin.store.channel_activity import last_incident_at
from tocsin.store.columns import containing, fields
from tocsin.store.database import Tx
from tocsin.store.tables.channel import channel, channel_team

_COLUMNS = fields(channel, Channel)
_LIVE = channel.c.status != ChannelStatus.DELETED
_GET = select(*_COLUMNS).where(
    channel.c.account_id == bindparam("account_id"), channel.c.id == bindparam("channel_id"), _LIVE
)
_GET_LOCKED = _GET.with_for_update()
_GET_MANY = select(*_COLUMNS).where(
    channel.c.account_id == bindparam("account_id"),
    channel.c.id.in_(bindparam("ids", expanding=True)),
    _LIVE,
)
_HOLD = (
    select(channel.c.id)
    .where(channel.c.account_id == bindparam("account_id"), channel.c.id == bindparam("channel_id"))
    .with_for_update()
)


class Viewer(Struct, frozen=True):
    """Who looks: private channels of other teams stay hidden unless `sees_all`."""

    member_id: int
    team_ids: frozenset[int]
    sees_all: bool


class Order(StrEnum):
    """What a list is sorted by."""

    CREATED = "created_at"
    UPDATED = "updated_at"
    NAME = "name"
    LAST_INCIDENT = "last_incident_at"


class Filter(Struct, frozen=True):
    """Which channels a list holds; what is empty narrows nothing, None lists neither."""

    channel_ids: tuple[int, ...] | None = None
    team_ids: tuple[int, ...] | None = None
    managed_by: Viewer | None = None
    name: str = ""
    query: str = ""


def get(tx: Tx, account_id: int, channel_id: int, *, lock: bool = False) -> Channel | None:
    """One channel that is not deleted."""
    wanted = {"account_id": account_id, "channel_id": channel_id}
    return tx.row(_GET_LOCKED if lock else _GET, Channel, wanted)


def by_report_token(tx: Tx, token: str) -> Channel | None:
    """The channel that a token lets outsiders report to. The token names the account."""
    found = select(*_COLUMNS).where(channel.c.external_report_token_hash == digest(token), _LIVE)
    return tx.row(found, Channel)


def hold(tx: Tx, account_id: int, channel_id: int) -> None:
    """Lock a channel, deleted or not. On SQLite nobody else writes anyway."""
    if tx.dialect != "sqlite":
        tx.value(_HOLD, {"account_id": account_id, "channel_id": channel_id})


def deleted_at(tx: Tx, account_id: int, channel_id: int) -> int:
    """When a channel was deleted, 0 for one that lives."""
    found = select(channel.c.deleted_at).where(channel.c.account_id == account_id)
    return int(tx.value(found.where(channel.c.id == channel_id)) or 0)


def get_many(tx: Tx, account_id: int, channel_ids: Iterable[int]) -> dict[int, Channel]:
    """Channels that are not deleted, by id."""
    ids = set(channel_ids)
    if not ids:
        return {}
    found = tx.rows(_GET_MANY, Channel, {"account_id": account_id, "ids": list(ids)})
    return {row.id: row for row in found}


def recall(tx: Tx, account_id: int, channel_id: int) -> Channel | None:
    """A channel that is not deleted, remembered as settings are."""
    key = ("channel", account_id, channel_id)
    return tx.remembered(key, lambda: get_many(tx, account_id, [channel_id]).get(channel_id))


def enabled(tx: Tx, account_id: int, after: int, limit: int) -> list[Channel]:
    """The next channels that receive incidents, by id."""
    found = select(*_COLUMNS).where(
        channel.c.account_id == account_id,
        channel.c.status == ChannelStatus.ENABLED,
        channel.c.id > after,
    )
    return tx.rows(found.order_by(channel.c.id).limit(limit), Channel)


def enabled_ids(tx: Tx, account_id: int) -> list[int]:
    """The ids of all channels that receive incidents."""
    found = select(channel.c.id).where(
        channel.c.account_id == account_id, channel.c.status == ChannelStatus.ENABLED
    )
    return [int(one) for one in tx.values(found)]


def called(tx: Tx, account_id: int, name: str) -> Channel | None:
    """The channel of that very name that is not deleted."""
    found = select(*_COLUMNS).where(
        channel.c.account_id == account_id, channel.c.name == name, _LIVE
    )
    return tx.row(found, Channel)


def add(tx: Tx, new: Channel) -> None:
    """Keep a new channel; InvalidParameter where its name is taken."""
    with _unique_name(new):
        tx.run(insert(channel).values(**asdict(new), search=_search(new)))
    _write_teams(tx, new)


def save(tx: Tx, changed: Channel) -> None:
    """Keep what became of a channel; a deleted one has no teams any more.

    Raises InvalidParameter where its name is taken.
    """
    of_channel = and_(channel.c.account_id == changed.account_id, channel.c.id == changed.id)
    values = asdict(changed) | {"search": _search(changed)}
    with _unique_name(changed):
        tx.run(update(channel).where(of_channel).values(**values))
    tx.run(
        delete(channel_team).where(
            channel_team.c.account_id == changed.account_id,
            channel_team.c.channel_id == changed.id,
        )
    )
    if changed.status is not ChannelStatus.DELETED:
        _write_teams(tx, changed)


def browse(
    tx: Tx,
    account_id: int,
    viewer: Viewer,
    wanted: Filter,
    order: Order,
    *,
    ascending: bool,
    window: Window | None = None,
) -> list[Channel]:
    """The channels of a list, in order; ties by id."""
    column = last_incident_at() if order is Order.LAST_INCIDENT else channel.c[order.value]
    found = select(*_COLUMNS).where(*_conditions(account_id, viewer, wanted))
    found = found.order_by(
        column if ascending else column.desc(), channel.c.id if ascending else channel.c.id.desc()
    )
    if window:
        found = found.offset(window.offset).limit(window.limit)
    return tx.rows(found, Channel)


def hidden(tx: Tx, account_id: int, member_id: int, team_ids: Collection[int]) -> list[int]:
    """Ids of the private channels that neither a member nor one of these teams looks after."""
    viewer = Viewer(member_id, frozenset(team_ids), sees_all=False)
    found = select(channel.c.id).where(
        channel.c.account_id == account_id, channel.c.is_private, ~_managed_by(account_id, viewer)
    )
    return [int(one) for one in tx.values(found)]


def count(tx: Tx, account_id: int, viewer: Viewer, wanted: Filter) -> int:
    """How many channels a list has in all."""
    found = (
        select(func.count()).select_from(channel).where(*_conditions(account_id, viewer, wanted))
    )
    return int(tx.value(found))


def _conditions(account_id: int, viewer: Viewer, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = [channel.c.account_id == account_id, _LIVE]
    if not viewer.sees_all:
        conditions.append(or_(channel.c.is_private.is_(False), _managed_by(account_id, viewer)))
    if wanted.channel_ids is not None:
        conditions.append(channel.c.id.in_(wanted.channel_ids))
    if wanted.team_ids is not None:
        conditions.append(channel.c.team_id.in_(wanted.team_ids))
    if wanted.managed_by is not None and not wanted.managed_by.sees_all:
        conditions.append(_managed_by(account_id, wanted.managed_by))
    if wanted.name:
        conditions.append(channel.c.name == wanted.name)
    elif wanted.query:
        conditions.append(channel.c.search.like(containing(wanted.query), escape="\\"))
    return conditions


def _managed_by(account_id: int, viewer: Viewer) -> ColumnElement[bool]:
    mine = channel.c.creator_id == viewer.member_id
    return or_(mine, _of_teams(account_id, viewer.team_ids))


def _of_teams(account_id: int, team_ids: Collection[int]) -> ColumnElement[bool]:
    return channel.c.id.in_(
        select(channel_team.c.channel_id).where(
            channel_team.c.account_id == account_id, channel_team.c.team_id.in_(team_ids)
        )
    )


@contextmanager
def _unique_name(of: Channel) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise InvalidParameter(
            "another channel is called {name}; choose another channel_name", name=of.name
        ) from None


def _search(of: Channel) -> str:
    return fold(f"{of.name}\n{of.description}")


def _write_teams(tx: Tx, of: Channel) -> None:
    teams = dict.fromkeys((of.team_id, *of.managing_team_ids))
    rows = [{"account_id": of.account_id, "channel_id": of.id, "team_id": team} for team in teams]
    tx.run(insert(channel_team), rows)
