"""The names behind an alert's ids."""

from collections.abc import Collection

from tocsin.domain.alert import Alert
from tocsin.domain.alert_view import AlertNames, IntegrationName, Linked
from tocsin.domain.incident import Incident, short
from tocsin.domain.incident_view import ChannelName
from tocsin.domain.member import Member
from tocsin.store import channel as channels
from tocsin.store import integration as integrations
from tocsin.store import member as members
from tocsin.store.database import Tx


def of(
    tx: Tx, account_id: int, alerts: Collection[Alert], incidents: Collection[Incident]
) -> AlertNames:
    """The names that views of these alerts need, with these incidents of theirs."""
    first = {one.incident_id: _in_hand_of(one) for one in incidents}
    people = {one.id: one for one in members.by_ids(tx, account_id, sorted({*first.values()}))}
    within = channels.get_many(tx, account_id, {alert.channel_id for alert in alerts} - {0})
    return AlertNames(
        channels={one.id: ChannelName(one.name, str(one.status)) for one in within.values()},
        integrations=integration_names(tx, account_id, {alert.integration_id for alert in alerts}),
        incidents={
            one.incident_id: _linked(one, people.get(first[one.incident_id])) for one in incidents
        },
    )


def integration_names(
    tx: Tx, account_id: int, integration_ids: Collection[int]
) -> dict[int, IntegrationName]:
    """What integrations are called, deleted ones too."""
    found = integrations.get_many(tx, account_id, integration_ids)
    return {one.id: IntegrationName(one.name, one.plugin_type) for one in found}


def _in_hand_of(incident: Incident) -> int:
    """The responder who is shown with its alerts: the first who acknowledged, else the first."""
    acked = [one for one in incident.responders if one.acknowledged_at]
    chosen = min(acked, key=lambda one: one.acknowledged_at) if acked else None
    first = chosen or next(iter(incident.responders), None)
    return first.person_id if first else 0


def _linked(incident: Incident, person: Member | None) -> Linked:
    if person is None:
        return Linked(short(incident))
    return Linked(short(incident), person.name, person.email)
