"""Whose new issues are: owner rules assign them and say where their alerts go."""

from collections.abc import Iterable

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.issue_activity import Activity, ActivityType
from tocsin.domain.issue_rule import Judge
from tocsin.store import issue as issues
from tocsin.store import issue_activity as activities
from tocsin.store import issue_rule as stored
from tocsin.store import member as members
from tocsin.store.database import Tx
from tocsin.store.issue_rule import Owner


def own(tx: Tx, account_id: int, rules: Judge, opened: Iterable[tuple[str, ErrorEvent]]) -> None:
    """Give new issues, each with its first event, to the owners that the rules name."""
    matched = [(issue_id, rule) for issue_id, event in opened if (rule := rules.first(event))]
    if not matched:
        return
    live = set(members.live_ids(tx, account_id))
    for issue_id, rule in matched:
        assigned = [one for one in rule.member_ids if one in live]
        if assigned:
            issues.assign(tx, account_id, issue_id, assigned)
    stored.own(
        tx,
        [
            Owner(issue_id, account_id, rule.id, rule.name, rule.team_id, rule.channel_ids)
            for issue_id, rule in matched
        ],
    )
    entries = []
    for issue_id, rule in matched:
        named = ",".join(map(str, rule.member_ids))
        detail = {"from": "", "to": named, "team_id": str(rule.team_id), "rule_id": rule.id}
        reason = f"The rule {rule.name} says whose it is."
        entries.append((issue_id, Activity(ActivityType.ASSIGNED, reason=reason, detail=detail)))
    activities.note(tx, account_id, entries)
