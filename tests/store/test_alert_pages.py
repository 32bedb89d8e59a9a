"""Pages of alerts while they arrive and change: nothing is lost, nothing comes twice."""

from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.store.test_alert import ALERT
from tocsin.domain.alert import Alert
from tocsin.kernel.paging import Window
from tocsin.kernel.units import SECOND
from tocsin.store import alert as alerts
from tocsin.store import alert_list
from tocsin.store.alert_list import After, Order, Wanted
from tocsin.store.database import Database, Tx

HOUR_OF_ALERTS = st.integers(0, 50)
EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Story:
    """Alerts of an account of their own, of which one changes whenever another arrives."""

    def __init__(self, tx: Tx, there: list[int], arriving: list[int], changing: list[int]) -> None:
        self._tx = tx
        self.account_id = int.from_bytes(tx.ids.hex32().encode()[:6], "big")
        self.alerts: list[Alert] = []
        for second in there:
            self.arrive(second)
        self.first = {one.id for one in self.alerts}
        self.changed: set[str] = set()
        self._later = iter(arriving)
        self._changes = iter(changing)
        self._latest = 100

    def arrive(self, second: int) -> None:
        at = ALERT.created_at + second * SECOND
        id_ = self._tx.ids.object_id()
        instants = dict.fromkeys(("start_time", "last_time", "created_at", "updated_at"), at)
        new = replace(ALERT, id=id_, account_id=self.account_id, alert_key=id_, **instants)
        alerts.add_many(self._tx, [new])
        self.alerts.append(new)

    def goes_on(self) -> None:
        second, number = next(self._later, None), next(self._changes, None)
        if second is not None:
            self.arrive(second)
        if number is not None:
            place = number % len(self.alerts)
            before = self.alerts[place]
            self._latest += 1
            at = ALERT.created_at + self._latest * SECOND
            after = replace(before, last_time=at, updated_at=at, event_count=before.event_count + 1)
            alerts.save(self._tx, before, after)
            self.alerts[place] = after
            self.changed.add(before.id)

    def pages(self, order: Order, limit: int, *, ascending: bool) -> Iterator[Alert]:
        """All that is read, the story going on between pages."""
        after = None
        while True:
            found = alert_list.page(
                self._tx,
                self.account_id,
                Wanted(),
                order,
                Window(0, limit),
                ascending=ascending,
                after=after,
            )
            yield from found[:limit]
            if len(found) <= limit:
                return
            last = found[limit - 1]
            after = After(getattr(last, order), last.id)
            self.goes_on()


@EXAMPLES
@given(
    there=st.lists(HOUR_OF_ALERTS, min_size=1, max_size=12),
    arriving=st.lists(HOUR_OF_ALERTS, max_size=8),
    changing=st.lists(st.integers(0, 30), max_size=8),
    limit=st.integers(1, 4),
    ascending=st.booleans(),
)
def test_what_was_there_comes_once_while_alerts_arrive_and_change(
    database: Database,
    there: list[int],
    arriving: list[int],
    changing: list[int],
    limit: int,
    ascending: bool,
) -> None:
    with database.write() as tx:
        story = Story(tx, there, arriving, changing)
        read = [one.id for one in story.pages(Order.CREATED, limit, ascending=ascending)]
    assert len(set(read)) == len(read)
    assert story.first <= set(read)


@EXAMPLES
@given(
    there=st.lists(HOUR_OF_ALERTS, min_size=1, max_size=12),
    changing=st.lists(st.integers(0, 30), max_size=8),
    limit=st.integers(1, 4),
)
def test_by_last_change_upwards_nothing_is_missed_and_only_what_changed_comes_again(
    database: Database, there: list[int], changing: list[int], limit: int
) -> None:
    with database.write() as tx:
        story = Story(tx, there, [], changing)
        read = [one.id for one in story.pages(Order.UPDATED, limit, ascending=True)]
    assert set(read) == story.first
    assert {one for one in read if read.count(one) > 1} <= story.changed
