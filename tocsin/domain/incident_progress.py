"""How an incident moves: acknowledged, quiet for a while, closed, open again.

    Triggered --first acknowledgement--> Processing --resolve--> Closed --reopen--> Triggered
    Processing --last acknowledgement withdrawn--> Triggered --resolve--> Closed

A wish that is already fulfilled changes nothing; one that a closed incident stands against is a
BadRequest that says to reopen it.
"""

from msgspec.structs import replace

from tocsin.domain.feed import (
    ClosedFrom,
    Entry,
    EntryType,
    ProgressDetail,
    ReopenDetail,
    ResolveDetail,
    SnoozeDetail,
    WakeDetail,
)
from tocsin.domain.incident import (
    AssignType,
    Cause,
    ClearTimer,
    CloseAlerts,
    Decision,
    Incident,
    Next,
    Progress,
    Responder,
    SetTimer,
    TimerKind,
    required_open,
    settle,
    unchanged,
)
from tocsin.domain.incident_closing import Closing, reopened_deadline
from tocsin.domain.incident_escalation import Moved, is_ruled, paused, restarted, resumed, stilled
from tocsin.domain.incident_people import assign_entry
from tocsin.domain.incident_telling import told, told_by_itself
from tocsin.kernel.units import MINUTE, seconds


def acknowledge(incident: Incident, by: int, at: int) -> Decision:
    """`by` takes it in hand, and joins the responders if not among them."""
    required_open(incident)
    mine = next((r for r in incident.responders if r.person_id == by), None)
    if mine and mine.acknowledged_at:
        return unchanged(incident, "this person had acknowledged it before")
    others = tuple(r for r in incident.responders if r.person_id != by)
    taken = Responder(by, mine.assigned_at if mine else at, at)
    changed = settle(incident, _in_order(incident, others, taken))
    entry = Entry(EntryType.ACK, ProgressDetail(changed.progress), by)
    return Decision(changed, "a person took it in hand", (entry,), paused(changed, at))


def _in_order(
    incident: Incident, others: tuple[Responder, ...], taken: Responder
) -> tuple[Responder, ...]:
    if len(others) == len(incident.responders):
        return (*others, taken)
    return tuple(taken if r.person_id == taken.person_id else r for r in incident.responders)


def unacknowledge(incident: Incident, by: int, at: int) -> Decision:
    """`by` lets go of it; once nobody holds it, it is Triggered again, and the level of its
    escalation is told again."""
    required_open(incident)
    if not any(r.person_id == by and r.acknowledged_at for r in incident.responders):
        return unchanged(incident, "this person had not acknowledged it")
    changed = settle(
        incident,
        tuple(
            replace(r, acknowledged_at=0) if r.person_id == by else r for r in incident.responders
        ),
    )
    entry = Entry(EntryType.UNACK, ProgressDetail(changed.progress), by)
    moved = Moved(changed)
    if changed.progress is Progress.TRIGGERED:
        moved = resumed(changed, Cause.RELEASED, at)
    return Decision(moved.incident, "a person let go of it", (entry,), moved.effects)


def snooze(incident: Incident, minutes: int, by: int, at: int) -> Decision:
    """Nobody is told anything for so many minutes; snoozing again starts over."""
    required_open(incident)
    until = at + minutes * MINUTE
    return Decision(
        replace(incident, snoozed_before=until),
        "a person asked for quiet",
        (Entry(EntryType.SNOOZE, SnoozeDetail(minutes), by),),
        (SetTimer(TimerKind.SNOOZE, until), *stilled(incident)),
    )


def wake(incident: Incident, by: int, at: int) -> Decision:
    """End the quiet early, telling nobody: whoever wakes it is looking at it. Where a rule has
    it, its level is told again after one step unless somebody acknowledges."""
    if not incident.snoozed_before:
        return unchanged(incident, "it was not snoozed")
    moved = resumed(replace(incident, snoozed_before=0), Cause.WOKEN, at, Next.WAIT)
    return Decision(
        moved.incident,
        "a person ended the quiet",
        (_woken(incident, by),),
        (ClearTimer(TimerKind.SNOOZE), *moved.effects),
    )


def snooze_over(incident: Incident, at: int) -> Decision:
    """The quiet ran out: acknowledgements lapse, and its responders are told again, or whoever is
    on call now where a rule has it."""
    if not incident.snoozed_before:
        return unchanged(incident, "it is not snoozed any more")
    if incident.snoozed_before > at:
        again = SetTimer(TimerKind.SNOOZE, incident.snoozed_before)
        return Decision(incident, "it was snoozed for longer", effects=(again,))
    responders = tuple(replace(r, acknowledged_at=0) for r in incident.responders)
    changed = settle(replace(incident, snoozed_before=0), responders)
    moved = resumed(changed, Cause.WOKEN, at)
    telling = () if is_ruled(changed) else told_by_itself(changed, Cause.WOKEN, at)
    effects = (*moved.effects, *telling)
    return Decision(moved.incident, "the quiet ran out", (_woken(incident, 0),), effects)


def _woken(incident: Incident, by: int) -> Entry:
    return Entry(EntryType.WAKE, WakeDetail(seconds(incident.snoozed_before)), by)


def close(incident: Incident, source: ClosedFrom, by: int, at: int) -> Decision:
    """It is over. `by` 0 is the system. What its alerts say of themselves stays as it is."""
    if incident.progress is Progress.CLOSED:
        return unchanged(incident, "it was closed before")
    changed = replace(
        incident,
        progress=Progress.CLOSED,
        close_time=at,
        closer_id=by,
        snoozed_before=0,
        muted_until=0,
    )
    return Decision(
        changed,
        f"closed by {source}",
        (Entry(EntryType.RESOLVE, ResolveDetail(source), by),),
        (*(ClearTimer(kind) for kind in TimerKind), CloseAlerts()),
    )


def reopen(
    incident: Incident,
    reason: str,
    by: int,
    at: int,
    assignment_id: str,
    closing: Closing,
    *,
    channel_is_ruled: bool = False,
) -> Decision:
    """Open it again for those who had it, as if newly assigned, and tell them; where a rule had
    it, that rule begins again, and where nobody had it, those of a channel that has some.

    The channel's automatic closing gives it its whole time again.
    """
    if incident.progress is not Progress.CLOSED:
        return unchanged(incident, "it was open")
    responders = tuple(Responder(r.person_id, at) for r in incident.responders)
    changed = settle(replace(incident, close_time=0, closer_id=0), responders)
    entries = [Entry(EntryType.REOPEN, ReopenDetail(reason), by)]
    deadline = reopened_deadline(closing, at)
    by_hand = changed.assigned_to.assigned_at > 0
    if is_ruled(changed) or (channel_is_ruled and not by_hand):
        moved = restarted(changed, at)
        effects = (*moved.effects, *deadline)
        return Decision(moved.incident, "a person opened it again", tuple(entries), effects)
    if responders or changed.assigned_to.emails:
        again = replace(
            changed.assigned_to, type=AssignType.REOPEN, assigned_at=at, id=assignment_id
        )
        changed = replace(changed, assigned_to=again)
        entries.append(assign_entry(changed, by))
    effects = (*told(changed, Cause.REOPENED), *deadline)
    return Decision(changed, "a person opened it again", tuple(entries), effects)
