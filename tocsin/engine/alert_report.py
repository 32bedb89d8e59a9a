"""What senders say about alerts besides events: somebody there took care of one, or remarked on it.

It concerns the incident of the open alert. The system is who acts, and the timeline says who it
was in the sender's world. Where no alert is open or it has no incident, a trace says so.
"""

from collections.abc import Sequence

from tocsin.domain import incident_report
from tocsin.domain.alert import Alert
from tocsin.domain.incident import Decision, Incident
from tocsin.domain.report import Acknowledgement, Remark
from tocsin.domain.trace import Given, Outcome, Stage, Step
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.alert_trace import Became, Traces
from tocsin.engine.incident_effects import keep
from tocsin.store import alert as alerts
from tocsin.store import incident as incidents
from tocsin.store.database import Tx


def pass_on(tx: Tx, arrivals: Sequence[Arrival]) -> None:
    """Do what senders said to the incidents of the alerts they spoke of, in order."""
    traces = Traces(tx)
    for arrival in arrivals:
        account_id, key = arrival.integration.account_id, arrival.given.alert_key
        found = [
            one
            for one in alerts.find_open(tx, account_id, [(arrival.integration.id, key)])
            if arrival.only in (0, one.channel_id)
        ]
        told = [one for one in found if one.incident_id]
        if not told:
            traces.ended(arrival, Outcome.NO_OPEN_ALERT)
        for one in told:
            _pass_on(tx, traces, arrival, one)
    traces.keep()


def _pass_on(tx: Tx, traces: Traces, arrival: Arrival, about: Alert) -> None:
    for incident in incidents.find(tx, about.account_id, [about.incident_id], lock=True):
        sender = arrival.integration.name
        outcome, decision = _decide(incident, arrival.given, sender, tx.now)
        keep(tx, incident, decision)
        became = Became(outcome, about.channel_id, about.id, "", about.incident_id)
        detail = {"incident_id": about.incident_id}
        steps = (*arrival.steps, Step(Stage.INCIDENT, outcome, detail=detail))
        traces.became(became, arrival, steps)


def _decide(incident: Incident, given: Given, sender: str, at: int) -> tuple[Outcome, Decision]:
    if isinstance(given, Acknowledgement):
        return Outcome.ACKNOWLEDGED, incident_report.acknowledged(incident, given, sender, at)
    if isinstance(given, Remark):
        return Outcome.REMARKED, incident_report.remarked(incident, given, sender)
    raise TypeError("an event goes through the stages of its channels")
