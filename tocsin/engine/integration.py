"""What may be done to integrations."""

from collections.abc import Collection

from msgspec.structs import replace

from tocsin.domain.integration import Integration, check
from tocsin.domain.plugin import Plugin
from tocsin.engine import channel as engine_channel
from tocsin.engine.access import require_team
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.store import integration as integrations
from tocsin.store import team as teams
from tocsin.store.database import Tx


def get(tx: Tx, account_id: int, integration_id: int) -> Integration:
    """An integration; ResourceNotFound for an id that is unknown here."""
    found = integrations.get(tx, account_id, integration_id)
    if found is None:
        raise _unknown(integration_id)
    return found


def open_to(tx: Tx, caller: Caller, found: Collection[Integration]) -> set[int]:
    """Ids of those of these integrations that lead to no channel hidden from the caller."""
    channel_ids = {channel_id for one in found for channel_id in one.named}
    hidden = engine_channel.hidden(tx, caller, channel_ids)
    return {one.id for one in found if hidden.isdisjoint(one.named)}


def managed(tx: Tx, caller: Caller, integration_id: int) -> Integration:
    """An integration the caller may change, locked.

    Raises ResourceNotFound, or AccessDenied for one that belongs to another team or channel.
    """
    found = integrations.get(tx, caller.account_id, integration_id, lock=True)
    if found is None:
        raise _unknown(integration_id)
    if found.team_id:
        require_team(caller, (found.team_id,), found.creator_id)
    if found.channel_id:
        engine_channel.managed(tx, caller, found.channel_id)
    return found


def blank(tx: Tx, caller: Caller, plugin: Plugin) -> Integration:
    """A new integration with a key and nothing else yet."""
    return Integration(
        id=tx.ids.number(caller.account_id),
        account_id=caller.account_id,
        team_id=0,
        channel_id=0,
        name=plugin.name,
        plugin_id=plugin.id,
        plugin_type=plugin.type,
        creator_id=caller.member_id,
        settled_by=caller.member_id,
        key=tx.ids.key(caller.account_id),
        created_at=tx.now,
        updated_at=tx.now,
    )


def create(tx: Tx, caller: Caller, new: Integration) -> None:
    """Keep a new integration; InvalidParameter for one that could not work."""
    _check(tx, caller, new)
    integrations.add(tx, new)


def change(tx: Tx, caller: Caller, before: Integration, changed: Integration) -> None:
    """Keep what became of an integration that was read with `managed`."""
    _check(tx, caller, changed)
    if (changed.settings, changed.channel_id) != (before.settings, before.channel_id):
        # Else a new endpoint would be told what only the one who set the old one may see.
        changed = replace(changed, settled_by=caller.member_id)
    integrations.save(tx, replace(changed, updated_at=tx.now))


def _check(tx: Tx, caller: Caller, wanted: Integration) -> None:
    check(wanted)
    if wanted.team_id and not teams.by_ids(tx, caller.account_id, [wanted.team_id]):
        raise InvalidParameter("no team has the id {team_id}", team_id=wanted.team_id)
    if wanted.channel_id:
        engine_channel.managed(tx, caller, wanted.channel_id)
    engine_channel.require_visible(tx, caller, wanted.settings.channel_ids)


def _unknown(integration_id: int) -> ResourceNotFound:
    return ResourceNotFound(
        "no integration has the id {integration_id}", integration_id=integration_id
    )
