"""Custom actions: told what an incident is, a service of the account's does something about it.

Three steps, of which the one that waits for the network holds no transaction.
"""

import msgspec

from tocsin.domain.alert_view import AlertInfo
from tocsin.domain.custom_action import ActionCall, ActionIncident, ran
from tocsin.domain.feed import EntryType
from tocsin.domain.incident import Incident
from tocsin.domain.incident_view import IncidentView, PersonShort, view
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import CUSTOM_ACTION
from tocsin.engine import alert_names, incident_names, incident_work
from tocsin.engine.incident_effects import keep
from tocsin.engine.webhook_secret import opened
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.outbound.action import Action, act
from tocsin.outbound.address import Reach
from tocsin.outbound.transport import SendFailed
from tocsin.store import alert as alerts
from tocsin.store import integration as integrations
from tocsin.store.database import Database, Tx


def run(database: Database, caller: Caller, incident_id: str, integration_id: int) -> str:
    """Run an action for an incident, and put it on the timeline if it worked.

    The answer says what went wrong, nothing if all went well.
    """
    with database.read() as tx:
        (incident,) = incident_work.reachable(tx, caller, [incident_id])
        integration = _linked(tx, caller, incident, integration_id)
        action = _action(tx, caller, incident, integration)
        reach = Reach.parse(tx.site.outbound_allowed_networks)
    try:
        act(action, reach)
    except SendFailed as failure:
        return str(failure)
    with database.write() as tx:
        for held in incident_work.reachable(tx, caller, [incident_id], lock=True):
            keep(tx, held, ran(held, integration.id, integration.name, caller.member_id))
    return ""


def _linked(tx: Tx, caller: Caller, incident: Incident, integration_id: int) -> Integration:
    found = integrations.get(tx, caller.account_id, integration_id)
    if found is None or found.plugin_id != CUSTOM_ACTION.id:
        raise ResourceNotFound("no custom action has the id {action_id}", action_id=integration_id)
    if not found.serves(incident.channel_id):
        raise InvalidParameter(
            "custom action {name} is disabled or not set up for the incident's channel",
            name=found.name,
        )
    return found


def _action(tx: Tx, caller: Caller, incident: Incident, integration: Integration) -> Action:
    account_id = caller.account_id
    names = incident_names.load(tx, account_id, [incident], caller.member_id)
    found = alerts.of_incident(tx, account_id, incident.incident_id)
    known = alert_names.of(tx, account_id, found, [incident])
    shown = msgspec.structs.asdict(view(incident, names, IncidentView))
    call = ActionCall(
        event_time=tx.now,
        event_type=EntryType.CUSTOM_ACTION,
        event_id=tx.ids.hex32(),
        incident=ActionIncident(**shown, alerts=[AlertInfo.of(one, known) for one in found]),
        person=names.person(caller.member_id) or PersonShort(caller.member_id),
    )
    door = opened(tx, integration)
    return Action(
        url=door.endpoint,
        headers=door.headers,
        body=msgspec.json.encode(call),
        secret=tx.site.seal.open(integration.signing_secret),
    )
