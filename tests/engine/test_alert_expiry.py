"""Alerts whose sender fell silent, on both databases."""

from sqlalchemy import select

from tests.clock import VirtualClock
from tests.incidents import fire_timers
from tests.intake import Intake
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.feed import EntryType
from tocsin.domain.incident import Progress
from tocsin.domain.severity import EventStatus
from tocsin.engine import alert_expiry
from tocsin.kernel.units import MINUTE
from tocsin.store import timer
from tocsin.store.database import Database
from tocsin.store.tables.incident import feed


def event(clock: VirtualClock, minutes: int, key: str = "disk") -> AlertEvent:
    """An event that holds for so many minutes; 0 is for ever."""
    now = clock.now()
    expires_at = now + minutes * MINUTE if minutes else 0
    return AlertEvent(key, EventStatus.WARNING, "Disk full", now, expires_at=expires_at)


def entries(database: Database, ref_id: str) -> list[tuple[str, str]]:
    with database.read() as tx:
        found = select(feed.c.type, feed.c.reason).where(feed.c.ref_id == ref_id)
        return [(row[0], row[1]) for row in tx.tuples(found.order_by(feed.c.id))]


def test_an_alert_that_is_not_heard_of_again_expires_and_its_incident_closes(
    database: Database, clock: VirtualClock
) -> None:
    intake = Intake(database)
    began = clock.now()
    intake.hear(event(clock, 5))
    clock.advance(301)
    fire_timers(database)
    for one in intake.alerts():
        assert (one.end_time, one.is_expired) == (began + 5 * MINUTE, True)
        assert one.status is EventStatus.WARNING
        assert entries(database, one.id)[-1] == ("a_expire", "it was not heard of in time")
        over = intake.incidents()[one.incident_id]
        assert (over.progress, over.status) == (Progress.CLOSED, EventStatus.OK)
        last, why = entries(database, one.incident_id)[-1]
        assert last == EntryType.RESOLVE
        assert "not being heard of" in why
    intake.hear(event(clock, 5))
    assert len(intake.alerts()) == 4


def test_a_repeat_puts_off_the_end_and_touches_no_timer(
    database: Database, clock: VirtualClock
) -> None:
    intake = Intake(database)
    intake.hear(event(clock, 5))
    [alert_id, _] = [one.id for one in intake.alerts()]
    with database.read() as tx:
        before = timer.get(tx, alert_expiry.KIND, alert_id)
    clock.advance(240)
    intake.hear(event(clock, 5))
    with database.read() as tx:
        assert timer.get(tx, alert_expiry.KIND, alert_id) == before
    clock.advance(61)
    fire_timers(database)
    assert not any(one.end_time for one in intake.alerts())
    clock.advance(240)
    fire_timers(database)
    assert all(one.is_expired for one in intake.alerts())


def test_timers_of_alerts_that_are_repeated_together_are_put_off_together(
    database: Database, clock: VirtualClock
) -> None:
    intake = Intake(database)
    keys = [f"k{number}" for number in range(20)]
    intake.hear(*(event(clock, 5, key) for key in keys))
    clock.advance(240)
    intake.hear(*(event(clock, 5, key) for key in keys[1:]))
    clock.advance(60)
    assert fire_timers(database) == 1 + 2
    assert {one.alert_key for one in intake.alerts() if one.end_time} == {"k0"}
    clock.advance(300)
    fire_timers(database)
    assert all(one.is_expired for one in intake.alerts())


def test_an_event_that_holds_for_less_time_expires_sooner(
    database: Database, clock: VirtualClock
) -> None:
    intake = Intake(database)
    intake.hear(event(clock, 0))
    intake.hear(event(clock, 60))
    intake.hear(event(clock, 1))
    clock.advance(61)
    fire_timers(database)
    assert all(one.is_expired for one in intake.alerts())


def test_what_holds_for_ever_or_recovered_does_not_expire(
    database: Database, clock: VirtualClock
) -> None:
    intake = Intake(database)
    intake.hear(event(clock, 5), event(clock, 5, "cpu"), event(clock, 5, "net"))
    intake.hear(event(clock, 0))
    ok = AlertEvent("cpu", EventStatus.OK, "fine", clock.now(), expires_at=clock.now() + 1)
    intake.hear(ok)
    clock.advance(86_400)
    fire_timers(database)
    expired = {one.alert_key for one in intake.alerts() if one.is_expired}
    assert expired == {"net"}
    assert {one.alert_key for one in intake.alerts() if one.is_open} == {"disk"}
