"""Finding incidents: by when they began, where, how bad, whose, and by what they say."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Select,
    TextClause,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from tocsin.domain.channel import ChannelStatus
from tocsin.domain.incident import Frequency, Incident, Progress
from tocsin.domain.severity import Severity
from tocsin.kernel.paging import TOTAL_MAX
from tocsin.store.columns import containing
from tocsin.store.database import Tx
from tocsin.store.incident import WHOLE
from tocsin.store.tables.channel import channel, channel_team
from tocsin.store.tables.incident import OPEN, incident, incident_label, incident_responder

Condition: TypeAlias = ColumnElement[bool] | TextClause


class Wanted(Struct, frozen=True, kw_only=True):
    """Which incidents; None narrows nothing. Instants in ms, both ends included.

    `hidden_channel_ids` are those whose incidents the caller may not see. `num` and `query` are
    alternatives: either may fit.
    """

    since: int | None = None
    until: int | None = None
    hidden_channel_ids: tuple[int, ...] = ()
    progress: tuple[Progress, ...] | None = None
    severity: tuple[Severity, ...] | None = None
    channel_ids: tuple[int, ...] | None = None
    team_ids: tuple[int, ...] | None = None
    my_team_ids: tuple[int, ...] | None = None
    my_channels_of: int | None = None
    responder_ids: tuple[int, ...] | None = None
    acker_ids: tuple[int, ...] | None = None
    creator_ids: tuple[int, ...] | None = None
    closer_ids: tuple[int, ...] | None = None
    incident_ids: tuple[str, ...] | None = None
    nums: tuple[str, ...] | None = None
    labels: dict[str, tuple[str, ...]] = {}
    title: str = ""
    query: str = ""
    query_num: str = ""
    is_rare: bool | None = None
    is_snoozed: bool | None = None
    ever_muted: bool | None = None


class After(Struct, frozen=True, array_like=True):
    """Where the page before ended."""

    start_time: int
    incident_id: str


def page(
    tx: Tx,
    account_id: int,
    wanted: Wanted,
    *,
    ascending: bool,
    limit: int,
    offset: int = 0,
    after: After | None = None,
) -> list[Incident]:
    """Incidents by the instant they began, newest first unless `ascending`."""
    found = statement(tx, account_id, wanted, ascending=ascending, after=after)
    return tx.rows(found.offset(offset).limit(limit), Incident)


def statement(
    tx: Tx, account_id: int, wanted: Wanted, *, ascending: bool, after: After | None = None
) -> Select[Any]:
    """The query behind a page."""
    found = WHOLE.where(*_conditions(tx, account_id, wanted))
    key = tuple_(incident.c.start_time, incident.c.incident_id)
    if after:
        end = tuple_(after.start_time, after.incident_id)
        found = found.where(key > end if ascending else key < end)
    if ascending:
        return found.order_by(incident.c.start_time, incident.c.incident_id)
    return found.order_by(incident.c.start_time.desc(), incident.c.incident_id.desc())


def count(tx: Tx, account_id: int, wanted: Wanted) -> int:
    """How many there are in all, counted to TOTAL_MAX."""
    found: Select[Any] = select(literal_column("1")).select_from(incident)
    found = found.where(*_conditions(tx, account_id, wanted)).limit(TOTAL_MAX)
    return int(tx.value(select(func.count()).select_from(found.subquery())))


def _conditions(tx: Tx, account_id: int, wanted: Wanted) -> Iterator[Condition]:
    yield incident.c.account_id == account_id
    yield from _when(tx.now, wanted)
    yield from _where(account_id, wanted)
    yield from _who(account_id, wanted)
    yield from _what(wanted)
    yield from _words(account_id, wanted)


def _when(now: int, wanted: Wanted) -> Iterator[Condition]:
    if wanted.since is not None:
        yield incident.c.start_time >= wanted.since
    if wanted.until is not None:
        yield incident.c.start_time <= wanted.until
    if wanted.is_snoozed is not None:
        until = incident.c.snoozed_before
        yield until > now if wanted.is_snoozed else until <= now


def _where(account_id: int, wanted: Wanted) -> Iterator[Condition]:
    if wanted.hidden_channel_ids:
        yield incident.c.channel_id.not_in(wanted.hidden_channel_ids)
    if wanted.channel_ids is not None:
        yield incident.c.channel_id.in_(wanted.channel_ids)
    live = (channel.c.account_id == account_id, channel.c.status != ChannelStatus.DELETED)
    if wanted.team_ids is not None:
        owned = select(channel.c.id).where(*live, channel.c.team_id.in_(wanted.team_ids))
        yield incident.c.channel_id.in_(owned)
    if wanted.my_team_ids is not None:
        looked_after = select(channel_team.c.channel_id).where(
            channel_team.c.account_id == account_id,
            channel_team.c.team_id.in_(wanted.my_team_ids),
        )
        yield incident.c.channel_id.in_(looked_after)
    if wanted.my_channels_of is not None:
        made = select(channel.c.id).where(*live, channel.c.creator_id == wanted.my_channels_of)
        yield incident.c.channel_id.in_(made)


def _who(account_id: int, wanted: Wanted) -> Iterator[Condition]:
    if wanted.responder_ids is not None:
        yield incident.c.incident_id.in_(_having(account_id, wanted.responder_ids))
    if wanted.acker_ids is not None:
        ackers = _having(account_id, wanted.acker_ids).where(incident_responder.c.acknowledged)
        yield incident.c.incident_id.in_(ackers)
    if wanted.creator_ids is not None:
        yield incident.c.creator_id.in_(wanted.creator_ids)
    if wanted.closer_ids is not None:
        # An open incident has no closer, not even the system.
        yield incident.c.closer_id.in_(wanted.closer_ids)
        yield incident.c.progress == Progress.CLOSED


def _having(account_id: int, person_ids: tuple[int, ...]) -> Select[Any]:
    return select(incident_responder.c.incident_id).where(
        incident_responder.c.account_id == account_id,
        incident_responder.c.person_id.in_(person_ids),
    )


def _what(wanted: Wanted) -> Iterator[Condition]:
    if wanted.progress is not None:
        yield incident.c.progress.in_(wanted.progress)
        if Progress.CLOSED not in wanted.progress:
            # Said in the words of the partial index, or the planner would not know it fits.
            yield OPEN
    if wanted.severity is not None:
        yield incident.c.severity.in_(wanted.severity)
    if wanted.incident_ids is not None:
        yield incident.c.incident_id.in_(wanted.incident_ids)
    if wanted.nums is not None:
        yield incident.c.num.in_(wanted.nums)
    if wanted.is_rare is not None:
        rare = incident.c.frequency == Frequency.RARE
        yield rare if wanted.is_rare else ~rare
    if wanted.ever_muted is not None:
        yield incident.c.ever_muted.is_(wanted.ever_muted)


def _words(account_id: int, wanted: Wanted) -> Iterator[Condition]:
    if wanted.title:
        yield incident.c.title == wanted.title
    if wanted.query:
        said = incident.c.search.like(containing(wanted.query), escape="\\")
        yield or_(incident.c.num == wanted.query_num, said) if wanted.query_num else said
    for name, values in wanted.labels.items():
        yield exists().where(
            incident_label.c.account_id == account_id,
            incident_label.c.incident_id == incident.c.incident_id,
            incident_label.c.name == name,
            incident_label.c.value.in_(values),
        )
