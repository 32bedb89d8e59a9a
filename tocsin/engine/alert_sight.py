"""The names behind the ids of alerts, as far as somebody may know them."""

from collections.abc import Iterable

from tocsin.domain.alert import Alert
from tocsin.domain.alert_view import AlertNames
from tocsin.engine import alert_names, incident_work
from tocsin.kernel.caller import Caller
from tocsin.store.database import Tx


def load(tx: Tx, caller: Caller, alerts: Iterable[Alert]) -> AlertNames:
    """The names that views of these alerts need, as far as the caller may know them."""
    shown = list(alerts)
    ids = sorted({alert.incident_id for alert in shown} - {""})
    found = incident_work.visible_of(tx, caller, ids)
    return alert_names.of(tx, caller.account_id, shown, found)
