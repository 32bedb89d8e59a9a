"""What may be done to channels, and what follows from it."""

from collections.abc import Iterable
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from tocsin.domain.channel import (
    Channel,
    ChannelEdit,
    ChannelStatus,
    edited,
    is_visible,
)
from tocsin.domain.escalation import FirstRule, check_target, first_rule
from tocsin.domain.integration import attached
from tocsin.domain.timer import Timer
from tocsin.engine import escalation_target, incident
from tocsin.engine.access import require_team
from tocsin.engine.robot_secret import closed
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.text import digest
from tocsin.kernel.units import MINUTE
from tocsin.store import alert as alerts
from tocsin.store import change as changes
from tocsin.store import channel as channels
from tocsin.store import escalation, noise_rule, timer
from tocsin.store import incident as incidents
from tocsin.store import integration as integrations
from tocsin.store import team as teams
from tocsin.store.channel import Viewer
from tocsin.store.database import Tx
from tocsin.store.escalation import ESCALATIONS

PURGE: Final = "channel_purge"
PURGED_AT_ONCE: Final = 50


def viewer(caller: Caller) -> Viewer:
    """The caller as one who looks at channels."""
    return Viewer(caller.member_id, caller.team_ids, sees_all=caller.is_admin)


def seen(tx: Tx, caller: Caller, channel_id: int) -> Channel:
    """A channel the caller may look at; ResourceNotFound for any other."""
    found = channels.get(tx, caller.account_id, channel_id)
    if found is None or not is_visible(found, caller):
        raise _unknown(channel_id)
    return found


def require_visible(tx: Tx, caller: Caller, channel_ids: Iterable[int]) -> None:
    """Raise ResourceNotFound for a channel that is unknown, or that the caller may not see."""
    wanted = list(channel_ids)
    found = channels.get_many(tx, caller.account_id, wanted)
    for channel_id in wanted:
        if channel_id not in found or not is_visible(found[channel_id], caller):
            raise _unknown(channel_id)


def hidden(tx: Tx, caller: Caller, channel_ids: Iterable[int]) -> set[int]:
    """Those of these channels that the caller may not see; unknown ones hide nothing."""
    found = channels.get_many(tx, caller.account_id, channel_ids)
    return {one.id for one in found.values() if not is_visible(one, caller)}


def managed(tx: Tx, caller: Caller, channel_id: int) -> Channel:
    """A channel the caller may change, locked.

    Raises ResourceNotFound for one they cannot see, AccessDenied for one of other teams.
    """
    found = channels.get(tx, caller.account_id, channel_id, lock=True)
    if found is None or not is_visible(found, caller):
        raise _unknown(channel_id)
    require_team(caller, found.teams, found.creator_id)
    return found


def create(
    tx: Tx,
    caller: Caller,
    edit: ChannelEdit,
    first: FirstRule | None,
    integration_ids: Iterable[int],
) -> tuple[Channel, str]:
    """A new channel, and the token outside reporters use, "" without external reporting.

    `first` becomes its first escalation rule. `integration_ids` are attached: each delivers its
    alerts, or reports its incidents, here too.
    """
    if first:
        check_target(first.target, "escalate_rule.target")
        escalation_target.require(tx, caller.account_id, [first.target])
        escalation_target.require_template(tx, caller.account_id, first.template_id)
    blank = Channel(
        id=tx.ids.number(caller.account_id),
        account_id=caller.account_id,
        team_id=0,
        creator_id=caller.member_id,
        name="",
        created_at=tx.now,
        updated_at=tx.now,
    )
    new, token = _carried_out(tx, blank, edit)
    channels.add(tx, new)
    if first:
        first = replace(first, target=closed(tx, caller.account_id, first.target))
        rule = first_rule(
            first, tx.ids.object_id(), new.account_id, new.id, caller.member_id, tx.now
        )
        escalation.add(tx, ESCALATIONS, rule)
    for integration_id in dict.fromkeys(integration_ids):
        _attach(tx, caller, new, integration_id)
    return new, token


def change(tx: Tx, caller: Caller, channel_id: int, edit: ChannelEdit) -> str:
    """Change a channel; the token for outside reporters if reporting was just switched on."""
    changed, token = _carried_out(tx, managed(tx, caller, channel_id), edit)
    channels.save(tx, changed)
    return token


def set_status(tx: Tx, caller: Caller, channel_id: int, status: ChannelStatus) -> None:
    """Let a channel receive alerts, or not."""
    current = managed(tx, caller, channel_id)
    channels.save(tx, replace(current, status=status, updated_at=tx.now))


def delete(tx: Tx, caller: Caller, channel_id: int) -> None:
    """Delete a channel with its rules and own integrations; a timer clears out what it held."""
    current = managed(tx, caller, channel_id)
    gone = replace(
        current, status=ChannelStatus.DELETED, deleted_at=tx.now, external_report_token_hash=""
    )
    channels.save(tx, gone)
    integrations.delete_of_channel(tx, caller.account_id, channel_id)
    noise_rule.remove_of_channel(tx, caller.account_id, channel_id)
    escalation.remove_of_channel(tx, caller.account_id, channel_id)
    timer.set_(tx, caller.account_id, PURGE, str(channel_id), tx.now)


def hold(tx: Tx, account_id: int, subject: str) -> None:
    """Lock the channel that a timer is about."""
    channels.hold(tx, account_id, int(subject))


def purge(tx: Tx, fired: Timer) -> None:
    """Remove some of what a deleted channel held, and come back for the rest.

    Once nothing is left it looks again after a minute: an alert may have been on its way in.
    """
    account_id, channel_id = fired.account_id, int(fired.subject)
    found = incidents.of_channel(tx, account_id, channel_id, PURGED_AT_ONCE)
    incidents.find(tx, account_id, found, lock=True)
    incident.remove(tx, account_id, found)
    muted = alerts.without_incident(tx, account_id, channel_id, PURGED_AT_ONCE)
    alerts.remove(tx, account_id, muted)
    removed = (
        len(found) + len(muted) + changes.remove_some(tx, account_id, channel_id, PURGED_AT_ONCE)
    )
    last_look = channels.deleted_at(tx, account_id, channel_id) + MINUTE
    if removed or tx.now < last_look:
        timer.set_(tx, account_id, PURGE, fired.subject, tx.now if removed else last_look)


def _carried_out(tx: Tx, current: Channel, edit: ChannelEdit) -> tuple[Channel, str]:
    changed = edited(current, edit, tx.now)
    _require_teams(tx, current.account_id, edit)
    if changed.is_external_report_enabled == current.is_external_report_enabled:
        return changed, ""
    if not changed.is_external_report_enabled:
        return replace(changed, external_report_token_hash=""), ""
    token = tx.ids.key(current.account_id)
    return replace(changed, external_report_token_hash=digest(token)), token


def _require_teams(tx: Tx, account_id: int, edit: ChannelEdit) -> None:
    wanted = list(edit.managing_team_ids or ())
    if edit.team_id is not UNSET:
        wanted.append(edit.team_id)
    known = {team.id for team in teams.by_ids(tx, account_id, wanted)}
    for team_id in wanted:
        if team_id not in known:
            raise InvalidParameter("no team has the id {team_id}", team_id=team_id)


def _attach(tx: Tx, caller: Caller, channel: Channel, integration_id: int) -> None:
    found = integrations.get(tx, channel.account_id, integration_id, lock=True)
    if found is None:
        raise InvalidParameter(
            "no integration has the id {integration_id}", integration_id=integration_id
        )
    if found.team_id:
        require_team(caller, (found.team_id,), found.creator_id)
    # What reaches a channel hidden from the caller must not be copied into theirs.
    require_visible(tx, caller, found.settings.channel_ids)
    integrations.save(tx, replace(attached(found, channel.id), updated_at=tx.now))


def _unknown(channel_id: int) -> ResourceNotFound:
    return ResourceNotFound("no channel has the id {channel_id}", channel_id=channel_id)
