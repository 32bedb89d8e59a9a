"""Repeats that say nothing new are not read and leave nothing behind but when they were heard."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.clock import VirtualClock
from tests.intake import Intake
from tests.push import engine
from tocsin.domain.alert import Alert
from tocsin.domain.plugin import ALERTMANAGER
from tocsin.domain.trace import Outcome
from tocsin.engine import intake
from tocsin.sources import doors
from tocsin.store.database import Database
from tocsin.store.inbox import Entry, Inbox, open_inbox
from tocsin.store.tables.base import metadata

DOOR = "/am/{key}/api/v2/alerts"


class Prometheus:
    """A sender that serves one channel or two, and the engine behind it."""

    def __init__(self, database: Database, clock: VirtualClock, inbox: Inbox) -> None:
        self._clock, self._inbox, self._database = clock, inbox, database
        self.intake = Intake(database, plugin=ALERTMANAGER)

    def posts(self, *names: str, ends_in: int = 240, text: str = "91 %") -> None:
        """One request with an alert for each name, and the engine's work on it."""
        self.accepts(*names, ends_in=ends_in, text=text)
        self.digests()

    def digests(self) -> None:
        engine(self._database)

    def accepts(self, *names: str, ends_in: int = 240, text: str = "91 %") -> None:
        """The request alone, as a door keeps it."""
        self._inbox.append([self._entry(names, ends_in, text)])

    def weight(self, *names: str, ends_in: int = 240, text: str = "91 %") -> float:
        """How much work such a request would be."""
        with intake.reader(self._database) as read:
            said = read(self._entry(names, ends_in, text))
        return intake.weigh(*intake.recognise(self._database, [said]))

    def loud(self) -> list[Alert]:
        """The alerts of the first channel."""
        return [one for one in self.intake.alerts() if one.channel_id == self.intake.loud.id]

    def rows(self) -> dict[str, int]:
        """How many rows there are, table by table."""
        with self._database.read() as tx:
            return {
                table.name: tx.value(select(func.count()).select_from(table))
                for table in metadata.sorted_tables
            }

    def waiting(self) -> int:
        """Entries of the inbox that are there still."""
        while self._inbox.prune(100):
            pass
        return self._inbox.depth()

    def _entry(self, names: Sequence[str], ends_in: int, text: str) -> Entry:
        said = [self._alert(name, ends_in, text) for name in names]
        sender = self.intake.sender
        return Entry(
            ALERTMANAGER.type,
            sender.account_id,
            str(sender.id),
            self._clock.now(),
            json.dumps(said).encode(),
            {doors.MARK: DOOR},
        )

    def _alert(self, name: str, ends_in: int, text: str) -> dict[str, Any]:
        return {
            "labels": {"alertname": name, "severity": "critical"},
            "annotations": {"summary": f"{name} is hot", "description": text},
            "startsAt": "2023-11-14T22:00:00Z",
            "endsAt": datetime.fromtimestamp(self._clock.now() / 1000 + ends_in, UTC).isoformat(),
        }


@pytest.fixture
def prometheus(database: Database, clock: VirtualClock) -> Iterator[Prometheus]:
    with closing(open_inbox(database)) as inbox:
        yield Prometheus(database, clock, inbox)


def heard(alerts: list[Alert]) -> set[int]:
    return {one.last_time for one in alerts if one.is_open}


def test_repeats_cost_no_rows_and_leave_the_inbox(
    prometheus: Prometheus, clock: VirtualClock
) -> None:
    names = [f"cpu{number}" for number in range(30)]
    prometheus.posts(*names)
    before, alerts = prometheus.rows(), prometheus.intake.alerts()
    for _ in range(5):
        clock.advance(60)
        prometheus.posts(*names)
    assert prometheus.rows() == before
    assert prometheus.waiting() == 0
    after = prometheus.intake.alerts()
    assert heard(after) == {clock.now()}
    assert {one.expires_at for one in after} == {clock.now() + 240_000}
    assert [one.id for one in after] == [one.id for one in alerts]


def test_a_repeat_is_little_work_and_news_is_not(prometheus: Prometheus) -> None:
    names = [f"cpu{number}" for number in range(30)]
    assert prometheus.weight(*names) == 30
    prometheus.posts(*names)
    assert prometheus.weight(*names) == pytest.approx(3)
    assert prometheus.weight(*names, text="95 %") == 30
    assert prometheus.weight(*names, ends_in=-1) == 30


def test_what_says_something_new_is_read(prometheus: Prometheus, clock: VirtualClock) -> None:
    prometheus.posts("cpu", "disk")
    clock.advance(60)
    prometheus.posts("cpu", "disk", text="95 %")
    assert {one.description for one in prometheus.intake.alerts()} == {"95 %"}
    assert {one.event_count for one in prometheus.intake.alerts()} == {2}


def test_a_repeat_after_its_alert_was_over_opens_another(
    prometheus: Prometheus, clock: VirtualClock
) -> None:
    prometheus.posts("cpu")
    clock.advance(60)
    prometheus.posts("cpu", ends_in=-1)
    prometheus.posts("cpu")
    ended, again = prometheus.loud()
    assert (ended.is_open, again.is_open) == (False, True)


def test_the_order_within_a_batch_holds(prometheus: Prometheus, clock: VirtualClock) -> None:
    prometheus.posts("cpu")
    clock.advance(60)
    prometheus.accepts("cpu", text="95 %")
    prometheus.accepts("cpu")
    prometheus.accepts("cpu", ends_in=-1)
    prometheus.accepts("cpu")
    prometheus.digests()
    loud = prometheus.loud()
    assert [(one.is_open, one.event_count) for one in loud] == [(False, 4), (True, 1)]


def test_a_repeat_that_holds_for_less_time_expires_sooner(
    prometheus: Prometheus, clock: VirtualClock
) -> None:
    prometheus.posts("cpu", ends_in=600)
    prometheus.posts("cpu", ends_in=60)
    clock.advance(61)
    prometheus.digests()
    assert all(one.is_expired for one in prometheus.intake.alerts())


def test_a_repeat_meets_the_rules_of_now(prometheus: Prometheus, clock: VirtualClock) -> None:
    prometheus.posts("cpu")
    clock.advance(60)
    prometheus.intake.drop_all()
    prometheus.posts("cpu")
    assert clock.now() not in heard(prometheus.loud())
    assert Outcome.DROPPED in {one.outcome for one in prometheus.intake.traces()}
