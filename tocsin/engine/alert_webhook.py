"""Telling webhooks of what stands on the logs of alerts."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from tocsin.domain import subject
from tocsin.domain.alert import Alert
from tocsin.domain.alert_feed import AlertEntry
from tocsin.domain.alert_view import AlertInfo
from tocsin.domain.alert_webhook import AlertWebhookEvent, is_reported
from tocsin.domain.filter import matching
from tocsin.domain.incident_view import PersonShort
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import ALERT_WEBHOOK
from tocsin.domain.webhook_try import HookType
from tocsin.engine import alert_names, webhook_call
from tocsin.engine.sight import Sight
from tocsin.outbound.webhook import Told
from tocsin.store import incident as incidents
from tocsin.store import integration as integrations
from tocsin.store import member as members
from tocsin.store.database import Tx


def report(tx: Tx, account_id: int, logged: Sequence[tuple[Alert, AlertEntry]]) -> None:
    """Owe every alert webhook of an account what it wants to hear."""
    told = [(alert, entry) for alert, entry in logged if is_reported(entry)]
    hooks = integrations.of_plugin(tx, account_id, ALERT_WEBHOOK.id) if told else []
    if not hooks:
        return
    sight = Sight(tx, account_id)
    wanted = [
        (hook, alert, entry)
        for alert, entry in told
        for hook in hooks
        if _wants(hook, alert, entry) and sight.hears(hook, alert.channel_id)
    ]
    if wanted:
        _owe(tx, account_id, wanted)


def _wants(hook: Integration, alert: Alert, entry: AlertEntry) -> bool:
    filters = hook.settings.filters
    fits = not filters or matching(filters, subject.of_alert(alert)) >= 0
    return fits and hook.reports(alert.channel_id, entry.type)


def _owe(tx: Tx, account_id: int, wanted: Sequence[tuple[Integration, Alert, AlertEntry]]) -> None:
    shown = {alert.id: alert for _, alert, _ in wanted}
    linked = {one.incident_id for one in shown.values()} - {""}
    found = incidents.find(tx, account_id, sorted(linked))
    names = alert_names.of(tx, account_id, list(shown.values()), found)
    views = {alert_id: AlertInfo.of(alert, names) for alert_id, alert in shown.items()}
    people = _people(tx, account_id, {entry.creator_id for _, _, entry in wanted} - {0})
    for hook, alert, entry in wanted:
        event = AlertWebhookEvent(
            event_time=tx.now,
            event_type=entry.type,
            event_id=tx.ids.hex32(),
            alert=views[alert.id],
            person=people.get(entry.creator_id, UNSET),
        )
        told = Told(
            HookType.ALERT, event.event_id, entry.type, tx.now, alert.channel_id, alert.title
        )
        webhook_call.owe(tx, hook, told, msgspec.json.encode(event), alert.id)


def _people(tx: Tx, account_id: int, person_ids: set[int]) -> dict[int, PersonShort]:
    found = members.by_ids(tx, account_id, sorted(person_ids)) if person_ids else []
    return {one.id: PersonShort(one.id, one.name, one.email) for one in found}
