from msgspec.structs import replace

from tocsin.domain.alert import Alert, Hearing, Place, Received, closed, receive
from tocsin.domain.alert_event import AlertEvent, Image
from tocsin.domain.severity import EventStatus, Severity
from tocsin.domain.trace import Outcome

PLACE = Place(account_id=1, channel_id=2, integration_id=3)
FIRING = AlertEvent(
    alert_key="disk",
    status=EventStatus.WARNING,
    title="Disk full",
    happened_at=1_000,
    description="90 %",
    labels={"host": "db1", "volume": "/var"},
)


def take(current: Alert | None, event: AlertEvent, at: int = 2_000) -> Received:
    return receive(current, event, PLACE, "new-id", Hearing(at, at))


def opened() -> Alert:
    alert = take(None, FIRING).alert
    assert alert
    return alert


def merged(event: AlertEvent) -> Alert:
    alert = take(opened(), event).alert
    assert alert
    return alert


def test_the_first_event_opens_an_alert() -> None:
    received = take(None, FIRING)
    assert received.outcome is Outcome.OPENED
    assert received.alert == opened()
    assert (opened().title, opened().start_time, opened().event_count) == ("Disk full", 1_000, 1)


def test_the_title_stays_as_the_first_event_gave_it() -> None:
    alert = merged(replace(FIRING, title="Disk fuller", description="95 %"))
    assert (alert.title, alert.description, alert.event_count) == ("Disk full", "95 %", 2)


def test_the_severity_never_falls_while_the_status_is_the_last() -> None:
    worse = merged(replace(FIRING, status=EventStatus.CRITICAL))
    better = take(worse, replace(FIRING, status=EventStatus.INFO)).alert
    assert better
    assert (better.severity, better.status) == (Severity.CRITICAL, EventStatus.INFO)


def test_labels_follow_the_latest_event_but_a_recovery_only_adds() -> None:
    assert merged(replace(FIRING, title="x", labels={"host": "db2"})).labels == {"host": "db2"}
    ok = replace(FIRING, status=EventStatus.OK, labels={"host": "db9", "by": "cron"})
    assert merged(ok).labels == {"host": "db1", "volume": "/var", "by": "cron"}


def test_a_repeat_is_not_an_event_of_its_own_but_refreshes_the_alert() -> None:
    received = take(opened(), replace(FIRING, happened_at=9_000, labels={"host": "db3"}))
    assert received.outcome is Outcome.REPEATED
    assert not received.keeps_event
    assert received.alert
    assert received.alert.labels == {"host": "db3"}
    assert (received.alert.last_time, received.alert.event_count) == (9_000, 1)


def test_a_recovery_ends_the_alert_and_the_next_event_opens_anew() -> None:
    received = take(opened(), replace(FIRING, status=EventStatus.OK, happened_at=5_000))
    assert received.outcome is Outcome.RECOVERED
    assert received.alert
    assert received.alert.end_time == 5_000
    assert received.alert.severity is Severity.WARNING
    assert take(received.alert, FIRING).outcome is Outcome.OPENED


def test_a_recovery_dated_before_the_start_ends_the_alert_at_its_start() -> None:
    assert merged(replace(FIRING, status=EventStatus.OK, happened_at=10)).end_time == 1_000


def test_a_recovery_of_something_unknown_creates_nothing() -> None:
    received = take(None, replace(FIRING, status=EventStatus.OK))
    assert received == Received(Outcome.NOTHING_TO_RECOVER, None)


def test_after_its_incident_was_closed_by_hand_the_next_event_opens_anew() -> None:
    done = closed(opened(), at=3_000)
    assert done.close_time == 3_000
    assert take(done, FIRING).outcome is Outcome.OPENED


def test_pictures_are_merged_by_source_and_bounded() -> None:
    first = replace(FIRING, images=(Image("img_a", alt="old"),))
    alert = take(None, first).alert
    later = replace(FIRING, images=(Image("img_a", alt="new"), Image("img_b")))
    received = take(alert, later).alert
    assert received
    assert received.images == (Image("img_a", alt="new"), Image("img_b"))
    many = replace(FIRING, images=tuple(Image(f"img_{n}") for n in range(60)))
    assert len(merged(many).images) == 50
