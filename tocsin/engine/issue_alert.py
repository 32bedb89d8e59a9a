"""Errors that page: what became of an issue is told to the channels of its application.

Whatever changes an issue sets its timer. The timer compares the issue with what was told last,
keeps what is to be told now, and owes a report of it; the report says how the issue stands when it
is made. So nothing is lost by a crash, and a repeat changes nothing.
"""

from typing import Final

import msgspec
from msgspec.structs import replace

from tocsin.domain.application import Application, ApplicationStatus
from tocsin.domain.issue import OPEN, SYSTEM, Issue, Stage, Status, update, woken
from tocsin.domain.issue_activity import Activity, ActivityType
from tocsin.domain.issue_alert import Situation, Told, decide, report
from tocsin.domain.issue_link import IssueLink, LinkKind
from tocsin.domain.issue_policy import OnIncidentClosed
from tocsin.domain.issue_rate import HISTORY_MS, Spike, spike
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.timer import Timer
from tocsin.engine import alert, alert_report, passage
from tocsin.engine import issue as engine_issue
from tocsin.engine import sender as senders
from tocsin.engine.inquiry import Inquiries
from tocsin.engine.sender import Sender
from tocsin.kernel.units import DAY, MINUTE, SECOND
from tocsin.outbound.transport import Message, Receipt, SendFailed
from tocsin.store import alert as alerts
from tocsin.store import application as applications
from tocsin.store import channel as channels
from tocsin.store import delivery, issue_rate, issue_terms
from tocsin.store import issue as issues
from tocsin.store import issue_activity as activities
from tocsin.store import issue_alert as stored
from tocsin.store import issue_link as links
from tocsin.store import issue_rule as rules
from tocsin.store import team as teams
from tocsin.store.database import Database, Tx
from tocsin.store.issue_rule import Owner

METHOD: Final = "issue"


def look(tx: Tx, due: Timer) -> None:
    """Tell what is to be told of an issue that is locked."""
    found = issues.by_ids(tx, due.account_id, [due.subject])
    if not found:
        return
    issue = _woken(tx, found[0])
    told = stored.get(tx, due.account_id, issue.issue_id)
    now = decide(_situation(tx, issue), told, tx.now)
    if now is None:
        return
    stored.put(tx, now)
    kind = ActivityType.ALERTED if now.is_firing else ActivityType.RECOVERED
    detail = {"trigger": str(now.trigger), "severity": str(now.severity)}
    entry = Activity(kind, reason=now.reason, detail=detail)
    activities.note(tx, issue.account_id, [(issue.issue_id, entry)])
    payload = msgspec.json.encode(issue.account_id)
    delivery.owe(tx, issue.account_id, METHOD, issue.issue_id, payload, issue.issue_id)


def _woken(tx: Tx, issue: Issue) -> Issue:
    """The issue, open again if it was to be ignored until it spikes and it does."""
    if issue.stage is not Stage.IGNORED:
        return issue
    terms = issue_terms.of_issues(tx, issue.account_id, [issue.issue_id]).get(issue.issue_id)
    found = _spike(tx, issue) if terms and terms.until_spike else None
    if terms is None or found is None or found.hour < terms.set_at:
        return issue
    return engine_issue.keep(tx, issue, woken(issue, tx.now, found.reason))


def _spike(tx: Tx, issue: Issue) -> Spike | None:
    rates = issue_rate.of_issue(tx, issue.account_id, issue.issue_id, tx.now - HISTORY_MS)
    return spike(rates, tx.now)


def incident_closed(tx: Tx, due: Timer) -> None:
    """Somebody closed the incident of an issue that is locked: do as its application's rule says."""
    found = issues.by_ids(tx, due.account_id, [due.subject])
    if not found or found[0].stage not in OPEN:
        return
    issue = found[0]
    rule = stored.policy(tx, issue.account_id, issue.application_id).on_incident_closed
    entry = Activity(ActivityType.INCIDENT_CLOSED, reason="Its incident was closed.")
    activities.note(tx, issue.account_id, [(issue.issue_id, entry)])
    if rule is OnIncidentClosed.RESOLVE:
        decided = update(issue, Status.RESOLVED, None, SYSTEM, tx.now)
        engine_issue.keep(tx, issue, replace(decided, reason="Its incident was closed."))


def _situation(tx: Tx, issue: Issue) -> Situation:
    place = (issue.account_id, issue.application_id)
    application = tx.remembered(("application", *place), lambda: applications.get(tx, *place))
    policy = tx.remembered(("issue policy", *place), lambda: stored.policy(tx, *place))
    return Situation(
        issue=issue,
        spike=_spike(tx, issue),
        is_alerting=application is not None and _is_alerting(application),
        policy=policy,
    )


def _is_alerting(application: Application) -> bool:
    enabled = application.status is ApplicationStatus.ENABLED
    return enabled and application.alerting.enabled


class IssueTransport:
    """Takes the state of an issue into the chain that every sender's events go through. It is a
    method of delivery: nothing is held open while the chain asks others, and nothing is lost."""

    retry = RetryPolicy(
        failures_max=10_000, age_max_ms=7 * DAY, first_wait_ms=SECOND, wait_max_ms=MINUTE
    )
    senders = 1

    def __init__(self, database: Database, inquiries: Inquiries) -> None:
        self._database = database
        self._inquiries = inquiries

    def send(self, message: Message) -> Receipt:
        account_id = msgspec.json.decode(message.payload, type=int)
        with self._database.read() as tx:
            made = _report(tx, account_id, message.target)
        if made is None:
            return Receipt("its application or integration was deleted")
        told, said = made
        arrivals = passage.pass_through(self._database, [said], self._inquiries)
        with self._database.write() as tx:
            issues.by_ids(tx, account_id, [message.target], lock=True)
            if stored.get(tx, account_id, message.target) != told:
                raise SendFailed("it changed meanwhile", retryable=True)
            if told.is_remark:
                alert_report.pass_on(tx, arrivals)
            else:
                alert.deliver(tx, arrivals)
                _link(tx, account_id, message.target, said.sender.integration.id)
        return Receipt(f"reported as {told.trigger}")


def _report(tx: Tx, account_id: int, issue_id: str) -> tuple[Told, passage.Told] | None:
    """What was told of an issue last, as its application's integration says it."""
    told = stored.get(tx, account_id, issue_id)
    found = issues.by_ids(tx, account_id, [issue_id])
    if told is None or not found:
        return None
    application = applications.get(tx, account_id, found[0].application_id)
    owner = rules.owner_of(tx, account_id, issue_id)
    sender = application and _sender(tx, application, owner)
    if not application or not sender:
        return None
    team = teams.names(tx, account_id, [owner.team_id]).values() if owner else ()
    given = report(found[0], application, told, "".join(team))
    return told, passage.Told(sender, given, told.told_at)


def _link(tx: Tx, account_id: int, issue_id: str, integration_id: int) -> None:
    """Link an issue to the incidents that its alerts are in."""
    known = {one.target for one in links.of_issue(tx, account_id, issue_id)}
    opened = alerts.find_open(tx, account_id, [(integration_id, issue_id)])
    for incident_id in sorted({one.incident_id for one in opened} - known - {""}):
        new = IssueLink(
            link_id=tx.ids.short(),
            account_id=account_id,
            issue_id=issue_id,
            kind=LinkKind.INCIDENT,
            target=incident_id,
            title="",
            created_by=SYSTEM,
            created_at=tx.now,
        )
        links.add(tx, new)


def _sender(tx: Tx, application: Application, owner: Owner | None) -> Sender | None:
    """The account's integration, as it delivers for this application, or for the owner of one of
    its issues who has channels."""
    alerting = application.alerting
    known = senders.load(tx, application.account_id, alerting.integration_id, 0)
    if known is None:
        return None
    wanted = (owner.channel_ids if owner else ()) or alerting.channel_ids
    found = channels.get_many(tx, application.account_id, wanted)
    receiving = tuple(one for one in wanted if one in found and found[one].receives)
    return replace(known, open_channels=receiving, token=b"")
