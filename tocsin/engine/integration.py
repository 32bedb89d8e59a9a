"""What may be done to integrations."""

from collections.abc import Collection
from typing import Final

from msgspec.structs import replace

from tocsin.domain import alert_webhook, incident_webhook
from tocsin.domain.bounds import require_entries
from tocsin.domain.integration import Integration, IntegrationStatus, Settings
from tocsin.domain.plugin import ALERT_WEBHOOK, CUSTOM_ACTION, INCIDENT_WEBHOOK, LINK, RUM, Plugin
from tocsin.engine import channel as engine_channel
from tocsin.engine.access import require_known_team, require_team
from tocsin.engine.webhook_secret import closed
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, InvalidParameter, ResourceNotFound
from tocsin.store import integration as integrations
from tocsin.store import routing
from tocsin.store.database import Tx

LISTED_MAX: Final = 1000
AT_A_CHANNEL_MAX: Final = {CUSTOM_ACTION.id: 5, LINK.id: 3}
_REPORTED: Final = {
    INCIDENT_WEBHOOK.id: incident_webhook.REPORTED,
    ALERT_WEBHOOK.id: alert_webhook.REPORTED,
}


def get(tx: Tx, account_id: int, integration_id: int) -> Integration:
    """An integration; ResourceNotFound for an id that is unknown here."""
    found = integrations.get(tx, account_id, integration_id)
    if found is None:
        raise _unknown(integration_id)
    return found


def open_to(tx: Tx, caller: Caller, found: Collection[Integration]) -> set[int]:
    """Ids of those of these integrations that lead to no channel hidden from the caller, neither
    by their settings nor by their route."""
    named = {one.id: set(one.named) for one in found}
    for route in routing.get_many(tx, caller.account_id, list(named)):
        named[route.integration_id] |= route.named
    hidden = engine_channel.hidden(tx, caller, set().union(*named.values()))
    return {one for one, channel_ids in named.items() if hidden.isdisjoint(channel_ids)}


def readable(tx: Tx, caller: Caller, integration_id: int) -> Integration:
    """An integration whose rules the caller may read.

    Raises ResourceNotFound, or AccessDenied for one that leads to a channel hidden from them.
    """
    found = get(tx, caller.account_id, integration_id)
    if not open_to(tx, caller, [found]):
        raise _hidden()
    return found


def readable_ids(tx: Tx, caller: Caller, integration_ids: Collection[int]) -> list[int]:
    """Those of these integrations whose rules the caller may read; AccessDenied where one leads
    to a channel hidden from them. Unknown ones are left out."""
    require_entries(integration_ids, LISTED_MAX, "integration_ids")
    known = integrations.get_many(tx, caller.account_id, integration_ids)
    live = [one for one in known if one.status is not IntegrationStatus.DELETED]
    if len(open_to(tx, caller, live)) < len(live):
        raise _hidden()
    return [one.id for one in live]


def ruled(tx: Tx, caller: Caller, integration_id: int) -> Integration:
    """An integration whose rules the caller may replace, locked; raises as `managed` does, and
    AccessDenied for one that leads to a channel hidden from them."""
    found = managed(tx, caller, integration_id)
    if not open_to(tx, caller, [found]):
        raise _hidden()
    return found


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
    new = closed(tx, new)
    _check(tx, caller, new)
    integrations.add(tx, new)


def change(tx: Tx, caller: Caller, before: Integration, changed: Integration) -> None:
    """Keep what became of an integration that was read with `managed`."""
    changed = closed(tx, changed, before)
    _check(tx, caller, changed)
    route = routing.get(tx, before.account_id, before.id)
    if route and engine_channel.hidden(tx, caller, route.named):
        raise _hidden()
    if _does(changed) != _does(before):
        # Else a new endpoint would be told what only the one who set the old one may see.
        changed = replace(changed, settled_by=caller.member_id)
    integrations.save(tx, replace(changed, updated_at=tx.now))


def _does(one: Integration) -> tuple[Settings, bytes, int]:
    """What an integration does, hidden or not."""
    return one.settings, one.sealed, one.channel_id


def _check(tx: Tx, caller: Caller, wanted: Integration) -> None:
    if wanted.plugin_id == RUM.id:
        raise InvalidParameter(
            "integration {name} is kept by the server; an application's alerting says what it "
            "delivers, and its enrichment, pipeline and routes may be set",
            name=wanted.name,
        )
    _check_mail_prefix(tx, wanted)
    require_known_team(tx, caller.account_id, wanted.team_id)
    if wanted.channel_id:
        engine_channel.managed(tx, caller, wanted.channel_id)
    engine_channel.require_visible(tx, caller, wanted.settings.channel_ids)
    _check_room(tx, wanted)
    _check_events(wanted)


def _check_events(wanted: Integration) -> None:
    known = sorted(_REPORTED.get(wanted.plugin_id, ()))
    for event_type in wanted.settings.event_types if known else ():
        if event_type not in known:
            raise InvalidParameter(
                "{field} must be one of {known}, not {value}",
                field="settings.event_types",
                known=", ".join(known),
                value=event_type,
            )


def _check_room(tx: Tx, wanted: Integration) -> None:
    """InvalidParameter where a channel of it has as many of its kind as it may."""
    most = AT_A_CHANNEL_MAX.get(wanted.plugin_id)
    if most is None:
        return
    there = integrations.of_plugin(tx, wanted.account_id, wanted.plugin_id)
    for channel_id in wanted.named:
        if sum(one.id != wanted.id and one.names(channel_id) for one in there) >= most:
            raise InvalidParameter(
                "channel {channel_id} has {maximum} of these already, which is the most",
                channel_id=channel_id,
                maximum=most,
            )


def _hidden() -> AccessDenied:
    return AccessDenied("this integration serves a private channel; ask one of its members")


def _check_mail_prefix(tx: Tx, wanted: Integration) -> None:
    """Mail to a name has one place to go, whatever the account."""
    if wanted.mail_prefix is None:
        return
    taken = integrations.by_mail_prefix(tx, wanted.mail_prefix)
    if taken is not None and taken.id != wanted.id:
        raise InvalidParameter(
            "another integration takes mail to {prefix}; choose another name",
            prefix=wanted.mail_prefix,
        )


def _unknown(integration_id: int) -> ResourceNotFound:
    return ResourceNotFound(
        "no integration has the id {integration_id}", integration_id=integration_id
    )
