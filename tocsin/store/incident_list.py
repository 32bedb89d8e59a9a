"""Finding incidents: by when they began, where, how bad, whose, and by what they say."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    Integer,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
)

from tocsin.domain import custom_field
from tocsin.domain.channel import ChannelStatus
from tocsin.domain.incident import Frequency, Incident, Progress
from tocsin.domain.severity import Severity
from tocsin.kernel.paging import TOTAL_MAX
from tocsin.store import incident_words, label_filter
from tocsin.store.database import Tx
from tocsin.store.few import Condition, Narrowed, gathered, hours, is_few
from tocsin.store.incident import WHOLE
from tocsin.store.label_filter import Labels
from tocsin.store.tables.channel import channel, channel_team
from tocsin.store.tables.incident import (
    OPEN,
    incident,
    incident_field,
    incident_label,
    incident_responder,
)


class RangeBy(StrEnum):
    """What of an incident must lie in the span: when it began, the newest event, the last change."""

    START = "start_time"
    LAST = "last_time"
    UPDATED = "updated_at"


class Wanted(Struct, frozen=True, kw_only=True):
    """Which incidents; None narrows nothing. `span` is in ms, both ends included.

    `fields` are values of custom fields, of a list any. `hidden_channel_ids` are those whose incidents the caller may not see. `num` and `query` are
    alternatives: either may fit.
    """

    span: tuple[int, int] | None = None
    range_by: RangeBy = RangeBy.START
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
    fields: dict[str, Any] = {}
    title: str = ""
    query: str = ""
    query_num: str = ""
    is_rare: bool | None = None
    is_snoozed: bool | None = None
    ever_muted: bool | None = None

    @property
    def began(self) -> tuple[int, int] | None:
        """The span they began in, where one is asked for."""
        return self.span if self.range_by is RangeBy.START else None


class After(Struct, frozen=True, array_like=True):
    """Where the page before ended."""

    start_time: int
    incident_id: str


LABELS: Final = Labels(incident_label, incident.c.incident_id, incident.c.labels)
_KEY: Final = tuple_(incident.c.start_time, incident.c.incident_id)
_HERE: Final = incident.c.account_id == bindparam("account_id")
_SPAN: Final = incident.c.start_time.between(bindparam("since"), bindparam("until"))
# Of few, each is asked when it began: the index over that would lead past all the others.
_SPAN_OF_FEW: Final = (incident.c.start_time + 0).between(bindparam("since"), bindparam("until"))
_ONE: Final[Select[Any]] = (
    select(literal_column("1").label("one")).select_from(incident).where(_HERE)
)


def _order(start: Any, id_: Any, ascending: bool) -> tuple[Any, ...]:
    return (start, id_) if ascending else (start.desc(), id_.desc())


def _paged(found: Select[Any], start: Any, id_: Any, ascending: bool) -> Select[Any]:
    return (
        found.order_by(*_order(start, id_, ascending))
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )


def _counted(found: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(found.limit(TOTAL_MAX).subquery())


# Built once: putting a statement together costs more than running it.
_PAGES: Final = {
    (spanned, ascending): _paged(
        WHOLE.where(_HERE, *([_SPAN] if spanned else [])),
        incident.c.start_time,
        incident.c.incident_id,
        ascending,
    )
    for spanned in (True, False)
    for ascending in (True, False)
}
_COUNT_OF_SPAN: Final = _counted(_ONE.where(_SPAN))


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
    given = parameters(account_id, wanted) | {"limit": limit, "offset": offset}
    return tx.rows(found, Incident, given)


def statement(
    tx: Tx, account_id: int, wanted: Wanted, *, ascending: bool, after: After | None = None
) -> Select[Any]:
    """The query behind a page; it takes `parameters`, `limit` and `offset`."""
    narrowed = _narrowed(tx, account_id, wanted)
    conditions = list(narrowed.conditions)
    if after:
        end = tuple_(after.start_time, after.incident_id)
        conditions.append(end < _KEY if ascending else end > _KEY)
    if narrowed.is_few:
        return _page_of_few(conditions, wanted.began is not None, ascending)
    found = _PAGES[wanted.began is not None, ascending]
    for condition in conditions:
        found = found.where(condition)
    return found


def _page_of_few(conditions: list[Condition], spanned: bool, ascending: bool) -> Select[Any]:
    within = [_SPAN_OF_FEW] if spanned else []
    few = gathered(
        select(incident.c.start_time, incident.c.incident_id).where(_HERE, *within, *conditions)
    )
    keys = _paged(select(few), few.c.start_time, few.c.incident_id, ascending).subquery()
    found = WHOLE.join(keys, keys.c.incident_id == incident.c.incident_id)
    return found.order_by(*_order(incident.c.start_time, incident.c.incident_id, ascending))


def parameters(account_id: int, wanted: Wanted) -> dict[str, int]:
    """What the statements of this file are given."""
    if wanted.began is None:
        return {"account_id": account_id}
    return {"account_id": account_id, "since": wanted.began[0], "until": wanted.began[1]}


def count(tx: Tx, account_id: int, wanted: Wanted) -> int:
    """How many there are in all, counted to TOTAL_MAX."""
    given = parameters(account_id, wanted)
    narrowed = _narrowed(tx, account_id, wanted)
    if wanted.began and not narrowed.conditions:
        return int(tx.value(_COUNT_OF_SPAN, given))
    within = _SPAN_OF_FEW if narrowed.is_few else _SPAN
    found = _ONE.where(*narrowed.conditions, *([within] if wanted.began else []))
    return int(tx.value(_counted(select(gathered(found)) if narrowed.is_few else found), given))


def _narrowed(tx: Tx, account_id: int, wanted: Wanted) -> Narrowed:
    found = Narrowed(tuple(_conditions(tx, account_id, wanted)))
    if wanted.incident_ids is not None or wanted.nums is not None:
        found = replace(found, is_few=True)
    for narrowing in (_people(tx, account_id, wanted), _fields(tx, account_id, wanted)):
        found += narrowing
    within = hours(*wanted.began) if wanted.began else None
    if wanted.query:
        found += incident_words.narrowed(tx, account_id, wanted.query, wanted.query_num, within)
    here = [incident.c.account_id == account_id, *found.conditions]
    if wanted.began:
        here.append(incident.c.start_time.between(*wanted.began))
    return found + label_filter.narrowed(tx, account_id, LABELS, wanted.labels, within, here)


def _conditions(tx: Tx, account_id: int, wanted: Wanted) -> Iterator[Condition]:
    if wanted.is_snoozed is not None:
        until = incident.c.snoozed_before
        yield until > tx.now if wanted.is_snoozed else until <= tx.now
    if wanted.title:
        yield incident.c.title == wanted.title
    if wanted.span and not wanted.began:
        yield incident.c[wanted.range_by].between(*wanted.span)
    yield from _where(account_id, wanted)
    yield from _who(wanted)
    yield from _what(wanted)


def _where(account_id: int, wanted: Wanted) -> Iterator[Condition]:
    if wanted.hidden_channel_ids:
        yield incident.c.channel_id.not_in(wanted.hidden_channel_ids)
    if wanted.channel_ids is not None:
        yield incident.c.channel_id.in_(wanted.channel_ids)
    if wanted.team_ids is not None:
        owned = _live(account_id).where(channel.c.team_id.in_(wanted.team_ids))
        yield incident.c.channel_id.in_(owned)
    if wanted.my_team_ids is not None:
        looked_after = select(channel_team.c.channel_id).where(
            channel_team.c.account_id == account_id,
            channel_team.c.team_id.in_(wanted.my_team_ids),
        )
        yield incident.c.channel_id.in_(looked_after)
    if wanted.my_channels_of is not None:
        made = _live(account_id).where(channel.c.creator_id == wanted.my_channels_of)
        yield incident.c.channel_id.in_(made)


def _live(account_id: int) -> Select[Any]:
    return select(channel.c.id).where(
        channel.c.account_id == account_id, channel.c.status != ChannelStatus.DELETED
    )


def _who(wanted: Wanted) -> Iterator[Condition]:
    if wanted.creator_ids is not None:
        yield incident.c.creator_id.in_(wanted.creator_ids)
    if wanted.closer_ids is not None:
        # An open incident has no closer, not even the system.
        yield incident.c.closer_id.in_(wanted.closer_ids)
        yield incident.c.progress == Progress.CLOSED


def _people(tx: Tx, account_id: int, wanted: Wanted) -> Narrowed:
    found = Narrowed()
    for person_ids, acknowledged in ((wanted.responder_ids, False), (wanted.acker_ids, True)):
        if person_ids is None:
            continue
        theirs = select(incident_responder.c.incident_id).where(
            incident_responder.c.account_id == account_id,
            incident_responder.c.person_id.in_(person_ids),
            *([incident_responder.c.acknowledged] if acknowledged else []),
        )
        found += Narrowed((incident.c.incident_id.in_(theirs),), is_few(tx, theirs))
    return found


def _fields(tx: Tx, account_id: int, wanted: Wanted) -> Narrowed:
    found = Narrowed()
    for name, value in wanted.fields.items():
        holding = select(incident_field.c.incident_id).where(
            incident_field.c.account_id == account_id,
            incident_field.c.name == name,
            incident_field.c.mark.in_(custom_field.marks(value)),
        )
        found += Narrowed((incident.c.incident_id.in_(holding),), is_few(tx, holding))
    return found


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
