"""What may be done to the silences of a channel, and how those end that delete themselves."""

from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from tocsin.domain import quick_silence, time_filter
from tocsin.domain.filter import Filter
from tocsin.domain.incident import Incident
from tocsin.domain.noise_rule import check_filter, check_priority
from tocsin.domain.silence import SilenceRule, check_once
from tocsin.domain.time_filter import TimeFilter
from tocsin.domain.timer import Timer
from tocsin.engine import channel as channels
from tocsin.engine import noise_rule
from tocsin.engine.account_time import calendars, named
from tocsin.engine.noise_rule import Label
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import from_seconds, seconds
from tocsin.store import calendar as calendar_store
from tocsin.store import incident as incidents
from tocsin.store import noise_rule as rules
from tocsin.store import timer
from tocsin.store.database import Tx
from tocsin.store.noise_rule import SILENCES

END: Final = "silence_end"


class Times(Struct, frozen=True):
    """When a silence is to apply: once, in seconds, or in windows."""

    start_time: int = 0
    end_time: int = 0
    windows: tuple[TimeFilter, ...] = ()


class Terms(Struct, frozen=True):
    """What a silence is to say."""

    filters: Filter
    times: Times
    is_directly_discard: bool
    is_auto_delete: bool

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a silence that say so, with instants in ms."""
        return {
            "filters": self.filters,
            "start_time": from_seconds(self.times.start_time),
            "end_time": from_seconds(self.times.end_time),
            "windows": self.times.windows,
            "is_directly_discard": self.is_directly_discard,
            "is_auto_delete": self.is_auto_delete,
        }


class Wish(Struct, frozen=True):
    """What somebody says of a new silence; None is left to the incident it is made from."""

    name: str | None
    description: str | None
    priority: int
    filters: Filter | None
    times: Times | None
    is_directly_discard: bool
    is_auto_delete: bool | None


def create(tx: Tx, caller: Caller, channel_id: int, label: Label, terms: Terms) -> SilenceRule:
    """A new silence; InvalidParameter for terms that cannot be meant."""
    return add(tx, caller, drafted(tx, caller, channel_id, label, terms))


def create_quick(
    tx: Tx, caller: Caller, channel_id: int, wish: Wish, incident_id: str
) -> SilenceRule:
    """Silence an incident of the channel; what the wish leaves open follows from the incident.

    An incident has one such silence: asking again changes it.
    """
    channels.managed(tx, caller, channel_id)
    incident = _incident(tx, caller, channel_id, incident_id.lower())
    label, terms = _quick(wish, incident, tx.now)
    for known in rules.of_channel(tx, SILENCES, caller.account_id, channel_id):
        if known.from_incident_id == incident.incident_id:
            return change(tx, caller, channel_id, known.id, label, terms)
    draft = drafted(tx, caller, channel_id, label, terms, incident.incident_id)
    return add(tx, caller, draft)


def change(
    tx: Tx, caller: Caller, channel_id: int, rule_id: str, label: Label, terms: Terms
) -> SilenceRule:
    """Replace what a silence says."""
    check_priority(label.priority)
    check(tx, caller.account_id, terms)
    current = noise_rule.held(tx, caller, SILENCES, channel_id, rule_id)
    wanted = replace(
        current,
        **asdict(label),
        **terms.fields,
    )
    return keep(tx, caller, wanted)


def keep(tx: Tx, caller: Caller, wanted: SilenceRule) -> SilenceRule:
    """Save what somebody made of a silence that they hold."""
    changed = replace(wanted, updated_by=caller.member_id, updated_at=tx.now)
    rules.save(tx, SILENCES, changed)
    _note(tx, changed)
    return changed


def remove(tx: Tx, caller: Caller, channel_id: int, rule_id: str) -> None:
    """Remove a silence: from the next event on it hides nothing."""
    gone = noise_rule.remove(tx, caller, SILENCES, channel_id, rule_id)
    timer.clear(tx, END, gone.id)
    calendar_store.set_use(tx, gone.account_id, gone.id, ())


def hold(tx: Tx, account_id: int, rule_id: str) -> None:
    """Lock the silence that a timer is about."""
    rules.get(tx, SILENCES, account_id, rule_id, lock=True)


def end(tx: Tx, fired: Timer) -> None:
    """Remove a silence that has ended and was to go then."""
    found = rules.get(tx, SILENCES, fired.account_id, fired.subject, lock=True)
    if found and 0 < found.goes_at <= tx.now:
        rules.remove(tx, SILENCES, fired.account_id, found.id)
        calendar_store.set_use(tx, found.account_id, found.id, ())


def check(tx: Tx, account_id: int, terms: Terms) -> None:
    """Raise InvalidParameter for terms that cannot be meant."""
    if not terms.filters:
        raise InvalidParameter("filters must not be empty: say what is to be silenced")
    check_filter(terms.filters, "filters")
    if terms.times.windows:
        known = calendars(tx, account_id, named(terms.times.windows))
        time_filter.check(terms.times.windows, known, "time_filters")
    else:
        check_once(terms.times.start_time, terms.times.end_time)


def drafted(
    tx: Tx, caller: Caller, channel_id: int, label: Label, terms: Terms, incident_id: str = ""
) -> SilenceRule:
    """A silence as it would be, without an id; InvalidParameter for terms that cannot be meant."""
    check_priority(label.priority)
    check(tx, caller.account_id, terms)
    return SilenceRule(
        id="",
        account_id=caller.account_id,
        channel_id=channel_id,
        **asdict(label),
        **terms.fields,
        from_incident_id=incident_id,
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
    )


def add(tx: Tx, caller: Caller, draft: SilenceRule) -> SilenceRule:
    """Keep a silence that is drafted; BadRequest where its channel has all it may."""
    noise_rule.admit(tx, caller, SILENCES, draft.channel_id)
    new = replace(draft, id=tx.ids.object_id())
    rules.add(tx, SILENCES, new)
    _note(tx, new)
    return new


def _note(tx: Tx, rule: SilenceRule) -> None:
    """Note what a silence goes by: its calendars, and the instant at which it ends."""
    calendar_store.set_use(tx, rule.account_id, rule.id, named(rule.windows))
    if rule.goes_at:
        timer.set_(tx, rule.account_id, END, rule.id, rule.goes_at)
    else:
        timer.clear(tx, END, rule.id)


def _incident(tx: Tx, caller: Caller, channel_id: int, incident_id: str) -> Incident:
    found = incidents.find(tx, caller.account_id, [incident_id])
    if not found or found[0].channel_id != channel_id:
        raise InvalidParameter(
            "channel {channel_id} has no incident with the id {incident_id}",
            channel_id=channel_id,
            incident_id=incident_id,
        )
    return found[0]


def _quick(wish: Wish, incident: Incident, at: int) -> tuple[Label, Terms]:
    lasts = Times(seconds(at), seconds(at + quick_silence.LASTS_MS))
    described = quick_silence.description_of(incident)
    label = Label(
        name=wish.name or quick_silence.name_of(incident),
        description=described if wish.description is None else wish.description,
        priority=wish.priority,
    )
    return label, Terms(
        filters=wish.filters or quick_silence.filter_of(incident),
        times=wish.times or lasts,
        is_directly_discard=wish.is_directly_discard,
        is_auto_delete=wish.is_auto_delete is not False,
    )
