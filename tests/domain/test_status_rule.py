"""An integration's own view of how bad its events are."""

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.filter import Condition, Operator
from tocsin.domain.severity import EventStatus
from tocsin.domain.status_rule import StatusRule, judged

EVENT = AlertEvent("k", EventStatus.WARNING, "Disk full", 5, labels={"host": "db1"})


def rule(status: EventStatus, *values: str) -> StatusRule:
    return StatusRule((Condition("labels.host", Operator.IN, values),), status)


def test_the_first_rule_that_holds_counts_and_without_one_the_event_stays() -> None:
    rules = (
        rule(EventStatus.INFO, "web*"),
        rule(EventStatus.CRITICAL, "db*"),
        rule(EventStatus.OK, "*"),
    )
    assert judged(rules, EVENT, 1).status is EventStatus.CRITICAL
    assert judged(rules[:1], EVENT, 1) is EVENT
    assert judged((), EVENT, 1) is EVENT
