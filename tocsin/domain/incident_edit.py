"""What people write on an incident: its texts, severity, custom fields, remarks, and merging."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.custom_field import Value
from tocsin.domain.feed import (
    ClosedFrom,
    CommentDetail,
    Detail,
    Entry,
    EntryType,
    MergeDetail,
    ResetFieldDetail,
    ResetSeverityDetail,
    ResetTextDetail,
)
from tocsin.domain.incident import (
    CloseAlerts,
    Decision,
    Incident,
    Overridable,
    Responder,
    required_open,
    settle,
    short,
    unchanged,
)
from tocsin.domain.incident_escalation import Moved, raised
from tocsin.domain.incident_progress import close
from tocsin.domain.severity import EventStatus, Severity, rank, worst

Item = TypeVar("Item")

_ENTRY_TYPES: Final = {
    Overridable.TITLE: EntryType.RESET_TITLE,
    Overridable.DESCRIPTION: EntryType.RESET_DESCRIPTION,
    Overridable.IMPACT: EntryType.RESET_IMPACT,
    Overridable.ROOT_CAUSE: EntryType.RESET_ROOT_CAUSE,
    Overridable.RESOLUTION: EntryType.RESET_RESOLUTION,
    Overridable.SEVERITY: EntryType.RESET_SEVERITY,
}


def edit(
    incident: Incident, changes: Mapping[Overridable, str | Severity], by: int, at: int
) -> Decision:
    """Set texts or the severity by hand: each is an entry, and from now on an override. A higher
    severity has escalation rules tried anew.

    A value that is there already is confirmed: no entry, but alerts no longer change it.
    """
    entries = tuple(
        Entry(_ENTRY_TYPES[name], _reset(getattr(incident, name), value), by)
        for name, value in changes.items()
        if getattr(incident, name) != value
    )
    overrides = tuple(dict.fromkeys((*incident.manual_overrides, *changes)))
    values: dict[str, Any] = {name.value: value for name, value in changes.items()}
    changed = replace(incident, **values, manual_overrides=overrides)
    worse = Moved(changed)
    if rank(changed.severity) > rank(incident.severity):
        worse = raised(changed, at)
    return Decision(worse.incident, "a person edited it", entries, worse.effects)


def _reset(before: str | Severity, after: str | Severity) -> Detail:
    if isinstance(after, Severity):
        return ResetSeverityDetail(EventStatus(before), EventStatus(after))
    return ResetTextDetail(before, after)


def set_field(incident: Incident, name: str, value: Value, by: int) -> Decision:
    """Give a custom field a value that its definition allows; None takes the value away."""
    before = incident.fields.get(name)
    if before == value:
        return unchanged(incident, "the field held this value before")
    fields = {**incident.fields, name: value}
    if value is None:
        del fields[name]
    entry = Entry(EntryType.RESET_FIELD, ResetFieldDetail(name, before, value), by)
    return Decision(replace(incident, fields=fields), "a person set a field", (entry,))


def comment(incident: Incident, text: str, mute_reply: bool, by: int) -> Decision:
    """Put a remark on the timeline, of a closed incident too."""
    entry = Entry(EntryType.COMMENT, CommentDetail(text, mute_reply), by)
    return Decision(incident, "a person remarked on it", (entry,))


def disable_merge(incident: Incident) -> Decision:
    """No further alert is merged into it by grouping."""
    if incident.merge_disabled:
        return unchanged(incident, "it was exempt before")
    return Decision(replace(incident, merge_disabled=True), "a person exempted it from merging")


class MergeWish(Struct, frozen=True):
    """How incidents are to be folded together; `owner_id` 0 and `title` "" leave the target's."""

    comment: str = ""
    title: str = ""
    owner_id: int = 0
    remove_sources: bool = False


class Merged(Struct, frozen=True):
    """The target's decision, and one for each source in the order given."""

    target: Decision
    sources: tuple[Decision, ...]


def merge(
    target: Incident, sources: tuple[Incident, ...], wish: MergeWish, by: int, at: int
) -> Merged:
    """Fold `sources` into `target`, which takes over their people, and close the sources.

    Nobody is told again. Their alerts are the caller's to move; what those do to the target's
    numbers follows from `incident_alert.refresh`.
    """
    for one in (target, *sources):
        required_open(one)
    joining = _joining(target, sources, at)
    detail = MergeDetail(
        comment=wish.comment,
        source_incidents=tuple(short(source) for source in sources),
        target_incident=short(target),
        owner_id=wish.owner_id or by,
        title=wish.title,
        remove_source_incidents=wish.remove_sources,
        source_responders=tuple(responder.person_id for responder in joining),
    )
    entry = Entry(EntryType.MERGE, detail, by)
    changed = settle(target, (*target.responders, *joining))
    changed = replace(
        changed,
        owner_id=wish.owner_id or target.owner_id,
        last_time=max(incident.last_time for incident in (target, *sources)),
        ever_muted=any(incident.ever_muted for incident in (target, *sources)),
        integration_ids=_union(i.integration_ids for i in (target, *sources)),
        integration_types=_union(i.integration_types for i in (target, *sources)),
    )
    retitled = edit(changed, {Overridable.TITLE: wish.title} if wish.title else {}, by, at)
    entries = [entry, *retitled.entries]
    severity = _merged_severity(target, sources)
    if severity is not target.severity:
        entries.append(Entry(EntryType.RESET_SEVERITY, _reset(target.severity, severity), by))
    decided = Decision(
        replace(retitled.incident, severity=severity),
        "incidents were folded into it",
        tuple(entries),
    )
    return Merged(decided, tuple(_folded(source, entry, by, at) for source in sources))


def _union(lists: Iterable[tuple[Item, ...]]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))


def _joining(target: Incident, sources: tuple[Incident, ...], at: int) -> tuple[Responder, ...]:
    present = {responder.person_id for responder in target.responders}
    people = dict.fromkeys(r.person_id for source in sources for r in source.responders)
    return tuple(Responder(person, at) for person in people if person not in present)


def _merged_severity(target: Incident, sources: tuple[Incident, ...]) -> Severity:
    if Overridable.SEVERITY in target.manual_overrides:
        return target.severity
    severity = target.severity
    for source in sources:
        severity = worst(severity, source.severity)
    return severity


def _folded(source: Incident, entry: Entry, by: int, at: int) -> Decision:
    closing = close(source, ClosedFrom.CONSOLE, by, at)
    # Its alerts live on in the target, so they stay open.
    timers = tuple(effect for effect in closing.effects if not isinstance(effect, CloseAlerts))
    empty = replace(closing.incident, alert_cnt=0, active_alert_cnt=0, alert_event_cnt=0)
    return Decision(empty, "it was folded into another", (entry, *closing.entries), timers)
