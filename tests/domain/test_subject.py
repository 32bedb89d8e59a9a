from tocsin.domain.alert import Hearing, Place, receive
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.filter import Condition, Operator, holds
from tocsin.domain.severity import EventStatus
from tocsin.domain.subject import of_alert, of_event

EVENT = AlertEvent("disk-1", EventStatus.CRITICAL, "Disk full", 5, labels={"host": "db7"})


def test_an_event_shows_its_members_and_labels() -> None:
    seen = of_event(EVENT, 12)
    assert seen["labels.host"] == "db7"
    assert (seen["severity"], seen["status"], seen["alert_key"]) == (
        "Critical",
        "Critical",
        "disk-1",
    )
    assert seen["integration_id"] == "12"


def test_a_rule_about_info_does_not_take_recoveries() -> None:
    recovery = AlertEvent("disk-1", EventStatus.OK, "Disk full", 6)
    about_info = Condition("severity", Operator.IN, ("Info",))
    assert not holds((about_info,), of_event(recovery, 12))


def test_an_alert_shows_the_worst_it_had() -> None:
    opened = receive(None, EVENT, Place(1, 2, 12), "a" * 24, Hearing(5, 5)).alert
    milder = AlertEvent("disk-1", EventStatus.INFO, "Disk full", 6, labels={"host": "db8"})
    merged = receive(opened, milder, Place(1, 2, 12), "b" * 24, Hearing(6, 6)).alert
    assert merged is not None
    seen = of_alert(merged)
    assert (seen["severity"], seen["status"], seen["labels.host"]) == ("Critical", "Info", "db8")
