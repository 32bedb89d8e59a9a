"""Flapping: an alert that fires and recovers again and again.

What is counted is kept for the alert's key, not for an incident: every recovery may close one
and the next firing open another. Once quiet, a key stays so for the whole of the channel's mute,
whatever its alert does; then it ends by itself.
"""

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.channel import Flapping
from tocsin.domain.feed import Entry, EntryType, FlappingDetail
from tocsin.domain.incident import (
    Cause,
    Decision,
    Effect,
    Incident,
    Progress,
    SetTimer,
    TimerKind,
    unchanged,
)
from tocsin.domain.incident_escalation import is_ruled, resumed, stilled
from tocsin.domain.incident_telling import told_by_itself
from tocsin.kernel.units import MINUTE


class Swings(Struct, frozen=True):
    """How often the alert of a key changed between firing and recovered; instants are ms.

    `changes` are the latest instants, oldest first.
    """

    account_id: int
    channel_id: int
    integration_id: int
    alert_key: str
    changes: tuple[int, ...] = ()
    muted_until: int = 0


class Swung(Struct, frozen=True):
    """What a change came to: whether the key is flapping, and whether a mute just began."""

    swings: Swings
    is_flapping: bool
    begins: bool


def swing(swings: Swings, rule: Flapping, happened_at: int, at: int) -> Swung:
    """Count a change that its sender dates `happened_at`, at the instant `at`."""
    since = happened_at - rule.in_mins * MINUTE
    recent = sorted((*(each for each in swings.changes if each > since), happened_at))
    counted = replace(swings, changes=tuple(recent[-rule.max_changes :]))
    if swings.muted_until > at:
        return Swung(counted, is_flapping=True, begins=False)
    is_flapping = len(counted.changes) >= rule.max_changes
    begins = is_flapping and rule.mute_mins > 0
    until = at + rule.mute_mins * MINUTE if begins else 0
    return Swung(replace(counted, muted_until=until), is_flapping, begins)


def mark(incident: Incident, rule: Flapping, muted_until: int, at: int) -> Decision:
    """The incident of a flapping key, quiet until then; `muted_until` 0 only marks it."""
    is_closed = incident.progress is Progress.CLOSED
    if incident.is_flapping and (is_closed or incident.muted_until == muted_until):
        return unchanged(incident, "it was marked before")
    marked = replace(incident, is_flapping=True)
    if muted_until <= at:
        return Decision(marked, "its alert is flapping")
    detail = FlappingDetail(rule.max_changes, rule.in_mins, rule.mute_mins)
    entry = Entry(EntryType.MUTED_BY_FLAPPING, detail)
    effects: tuple[Effect, ...] = ()
    if not is_closed:
        marked = replace(marked, muted_until=muted_until)
        effects = (SetTimer(TimerKind.FLAPPING, muted_until), *stilled(incident))
    return Decision(marked, "its alert is flapping, so nobody is told", (entry,), effects)


def mute_over(incident: Incident, at: int) -> Decision:
    """The mute ran out: who has an incident that nobody took in hand is told of it again, by its
    rule where one has it."""
    if not incident.muted_until:
        return unchanged(incident, "it is not muted any more")
    if incident.muted_until > at:
        again = SetTimer(TimerKind.FLAPPING, incident.muted_until)
        return Decision(incident, "it is muted for longer", effects=(again,))
    heard = replace(incident, muted_until=0)
    waits = heard.progress is Progress.TRIGGERED
    if is_ruled(heard):
        moved = resumed(heard, Cause.UNMUTED, at)
        return Decision(moved.incident, "its mute ran out", effects=moved.effects)
    effects = told_by_itself(heard, Cause.UNMUTED, at) if waits else ()
    return Decision(heard, "its mute ran out", effects=effects)
