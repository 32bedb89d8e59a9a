"""Whether an issue is worth an alert, and what the alert says.

What was told last is kept, and the issue as it is now is compared with it. So it makes no
difference when or how often the question is asked, or what crashed in between.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.application import Application
from tocsin.domain.issue import OPEN, Issue
from tocsin.domain.issue_policy import IssuePolicy, OnIssueClosed
from tocsin.domain.issue_rate import Spike
from tocsin.domain.report import Remark
from tocsin.domain.severity import EventStatus, Severity, worst
from tocsin.kernel.text import cut
from tocsin.kernel.units import HOUR, MINUTE

LOOK: Final = "issue.alert"
"""The timer that asks whether something is to be told of an issue; its subject is the issue."""
INCIDENT_CLOSED: Final = "issue.incident_closed"
"""The timer that tells an issue that somebody closed its incident."""
SETTLE_MS: Final = MINUTE
"""How long occurrences that change nothing but counts are waited for."""
FRESH_MS: Final = HOUR
TITLE_MAX: Final = 512
MESSAGE_MAX: Final = 2000


class Trigger(StrEnum):
    """Why an alert was told."""

    NEW = "new"
    REGRESSED = "regressed"
    REOPENED = "reopened"
    RAISED = "raised"
    SPIKE = "spike"
    USERS = "users"
    STILL_OPEN = "still_open"
    CLOSED = "closed"


class Told(Struct, frozen=True):
    """What the world was told of an issue last; instants are ms.

    `users` is the number of affected users that was told, 0 for none; `spike_hour` the hour of
    the last spike told. `serial` counts what was told; `is_firing` while its alert should stand.
    """

    issue_id: str
    account_id: int
    serial: int
    told_at: int
    trigger: Trigger
    reason: str
    severity: Severity
    is_firing: bool
    is_remark: bool = False
    error_count: int = 0
    regressed_at: int = 0
    users: int = 0
    spike_hour: int = 0


class Situation(Struct, frozen=True):
    """What is known of an issue when the question is asked."""

    issue: Issue
    spike: Spike | None
    is_alerting: bool
    policy: IssuePolicy


class _Cause(Struct, frozen=True):
    trigger: Trigger
    reason: str


def decide(now: Situation, told: Told | None, at: int) -> Told | None:
    """What is to be told now, None where nothing is. The first reason that holds is given."""
    issue = now.issue
    if issue.stage not in OPEN:
        return _closed(now, told, at) if told and told.is_firing else None
    if not now.is_alerting:
        return None
    cause = _cause(now, told, at)
    if cause is None:
        return None
    before = told.severity if told else issue.severity
    return Told(
        issue_id=issue.issue_id,
        account_id=issue.account_id,
        serial=told.serial + 1 if told else 1,
        told_at=at,
        trigger=cause.trigger,
        reason=cause.reason,
        severity=worst(before, issue.severity) if told and told.is_firing else issue.severity,
        is_firing=True,
        error_count=issue.error_count,
        regressed_at=issue.regressed_at,
        users=max(_reached(now), told.users if told else 0),
        spike_hour=now.spike.hour if now.spike else (told.spike_hour if told else 0),
    )


def _cause(now: Situation, told: Told | None, at: int) -> _Cause | None:
    issue, policy = now.issue, now.policy
    if told is None and at - issue.created_at > FRESH_MS:
        return _Cause(Trigger.STILL_OPEN, "It is open and nobody was told of it yet.")
    if told is None:
        return _Cause(Trigger.NEW, "It was seen for the first time.")
    if issue.regressed_at > told.regressed_at:
        version = f" in {issue.regressed_version}" if issue.regressed_version else ""
        return _Cause(Trigger.REGRESSED, f"It was resolved and came back{version}.")
    if not told.is_firing and issue.opened_at > told.told_at:
        return _Cause(Trigger.REOPENED, "It was closed and is open again.")
    if told.is_firing and worst(told.severity, issue.severity) is not told.severity:
        reason = f"Its severity rose from {told.severity} to {issue.severity}."
        return _Cause(Trigger.RAISED, reason)
    if policy.spikes and now.spike and now.spike.hour > told.spike_hour:
        return _Cause(Trigger.SPIKE, now.spike.reason)
    if _reached(now) > told.users:
        return _Cause(Trigger.USERS, f"It affects {now.issue.user_count} users by now.")
    waited = at - told.told_at
    if policy.remind_after_ms and waited >= policy.remind_after_ms:
        again = issue.error_count - told.error_count
        if again > 0:
            hours = waited // HOUR
            reason = f"It is still open and happened {again} times in the last {hours} hours."
            return _Cause(Trigger.STILL_OPEN, reason)
    return None


def _reached(now: Situation) -> int:
    """The highest mark that the affected users passed: N, ten times N and so on; 0 for none."""
    mark, wanted = 0, now.policy.users_affected
    while 0 < wanted <= now.issue.user_count:
        mark, wanted = wanted, wanted * 10
    return mark


def _closed(now: Situation, told: Told, at: int) -> Told:
    return replace(
        told,
        serial=told.serial + 1,
        told_at=at,
        trigger=Trigger.CLOSED,
        reason=f"The issue is {now.issue.stage.lower()}.",
        is_firing=False,
        is_remark=now.policy.on_issue_closed is OnIssueClosed.COMMENT,
    )


def report(
    issue: Issue, application: Application, told: Told, team: str = ""
) -> AlertEvent | Remark:
    """What was told as senders say it: an event of the alert that has the issue's id for its key,
    or a remark on it. `team` is the name of the one that owns it."""
    if told.is_remark:
        return Remark(issue.issue_id, told.told_at, told.reason)
    title = (
        f"{issue.error_type}: {issue.error_message}" if issue.error_type else issue.error_message
    )
    return AlertEvent(
        alert_key=issue.issue_id,
        status=EventStatus(told.severity) if told.is_firing else EventStatus.OK,
        title=cut(title.strip() or "An error without a message", TITLE_MAX),
        happened_at=told.told_at,
        description=f"{told.reason}\n\n{cut(issue.error_message, MESSAGE_MAX)}".strip(),
        labels=_labels(issue, application, told, team),
    )


def _labels(issue: Issue, application: Application, told: Told, team: str) -> dict[str, str]:
    found = {
        "application": application.name,
        "application_id": application.id,
        "issue_id": issue.issue_id,
        "service": issue.service,
        "env": issue.env,
        "version": issue.last_seen_version,
        "error_type": issue.error_type,
        "suspected_cause": str(issue.cause),
        "is_crash": str(issue.is_crash).lower(),
        "trigger": str(told.trigger),
        "owner_team": team,
    }
    return {name: cut(value, 255) for name, value in found.items() if value}
