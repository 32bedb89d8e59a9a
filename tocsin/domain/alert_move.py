"""Moving alerts into another incident by hand, and closing them."""

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.alert_feed import AlertEntry, AlertEntryType, MergedDetail, NothingDetail
from tocsin.domain.feed import AlertMergeDetail, AlertShort, ClosedFrom, Entry, EntryType
from tocsin.domain.incident import (
    CloseAlerts,
    Decision,
    Incident,
    Overridable,
    required_open,
    short,
)
from tocsin.domain.incident_edit import edit
from tocsin.domain.incident_progress import close


class MoveWish(Struct, frozen=True):
    """How alerts are to be moved; `owner_id` 0 and `title` "" leave the target's."""

    comment: str = ""
    title: str = ""
    owner_id: int = 0


class Moved(Struct, frozen=True):
    """The target's decision and one for each source, and what the log of each alert says."""

    target: Decision
    sources: tuple[Decision, ...]
    logs: tuple[AlertEntry, ...]


class Source(Struct, frozen=True):
    """An incident that loses alerts; with its last one it is closed."""

    incident: Incident
    is_emptied: bool


def move(
    target: Incident,
    sources: tuple[Source, ...],
    moving: tuple[Alert, ...],
    wish: MoveWish,
    by: int,
    at: int,
) -> Moved:
    """Put alerts into an open incident. Nobody is told again.

    What they do to the numbers of the incidents follows from `incident_alert.refresh`.
    """
    required_open(target)
    shorts = {one.incident.incident_id: short(one.incident) for one in sources}
    detail = AlertMergeDetail(
        comment=wish.comment,
        alerts=tuple(AlertShort(alert.id, alert.title) for alert in moving),
        source_incidents=tuple(shorts.values()),
        target_incident=short(target),
        owner_id=wish.owner_id,
        title=wish.title,
    )
    entry = Entry(EntryType.ALERT_MERGE, detail, by)
    owned = replace(
        target,
        owner_id=wish.owner_id or target.owner_id,
        ever_muted=target.ever_muted or any(alert.ever_muted for alert in moving),
    )
    retitled = edit(owned, {Overridable.TITLE: wish.title} if wish.title else {}, by, at)
    decided = Decision(
        retitled.incident, "a person moved alerts into it", (entry, *retitled.entries)
    )
    logs = tuple(
        AlertEntry(
            AlertEntryType.MERGE,
            MergedDetail(wish.comment, shorts.get(alert.incident_id), short(target)),
            by,
        )
        for alert in moving
    )
    return Moved(decided, tuple(_left(one, entry, by, at) for one in sources), logs)


def _left(source: Source, entry: Entry, by: int, at: int) -> Decision:
    if not source.is_emptied:
        return Decision(source.incident, "a person moved alerts away", (entry,))
    closing = close(source.incident, ClosedFrom.CONSOLE, by, at)
    effects = tuple(effect for effect in closing.effects if not isinstance(effect, CloseAlerts))
    empty = replace(closing.incident, alert_cnt=0, active_alert_cnt=0, alert_event_cnt=0)
    return Decision(empty, "its last alert was moved away", (entry, *closing.entries), effects)


def closed_entry(by: int) -> AlertEntry:
    """What the log of an alert says when somebody closes it."""
    return AlertEntry(AlertEntryType.CLOSE, NothingDetail(), by)
