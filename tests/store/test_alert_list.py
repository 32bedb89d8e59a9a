"""Lists of alerts go by indexes on both planners."""

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import insert, select

from tests import plans
from tests.clock import VirtualClock
from tests.store.test_alert import ALERT
from tocsin.kernel.paging import Window
from tocsin.kernel.units import DAY, SECOND
from tocsin.store import alert as alerts
from tocsin.store import alert_list, label_filter, posting
from tocsin.store.alert_list import Order, Wanted
from tocsin.store.database import Database
from tocsin.store.few import hour_of
from tocsin.store.tables import alert as tables

ROWS = 6_000
START = VirtualClock().now() - DAY
SPAN = (START, START + ROWS * SECOND)


@pytest.fixture
def many(database: Database) -> Database:
    """Thousands of alerts, a tenth of which fires, each on a host of its own."""
    with database.write() as tx:
        alerts.add_many(tx, [replace(ALERT, id="f" * 24, labels={}, created_at=START)])
        row = dict(tx.connection.execute(select(tables.alert)).mappings().one())
        rows: list[dict[str, Any]] = []
        for number in range(ROWS):
            at = START + number * SECOND
            rows.append(
                {
                    **row,
                    "id": f"{number:024x}",
                    "alert_key": f"k{number}",
                    "labels": {"host": f"k{number}"},
                    "end_time": at if number % 10 else 0,
                    **dict.fromkeys(("start_time", "last_time", "created_at", "updated_at"), at),
                }
            )
        tx.run(insert(tables.alert), rows)
        filed = (
            (key, one["id"])
            for one in rows
            for key in label_filter.filed(1, hour_of(one["created_at"]), one["labels"])
        )
        posting.add(tx, tables.alert_label, filed)
    plans.analyse(database)
    return database


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize(
    ("wanted", "order", "index"),
    [
        (Wanted(), Order.CREATED, "ix_alert_account_created"),
        (Wanted(is_active=True), Order.CREATED, "ix_alert_active_created"),
        (Wanted(updated=SPAN), Order.UPDATED, "ix_alert_account_updated"),
    ],
    ids=["all", "active", "updated"],
)
def test_a_page_comes_in_order_from_an_index(
    many: Database, wanted: Wanted, order: Order, index: str, ascending: bool
) -> None:
    wish = wanted if wanted.updated else replace(wanted, alive=SPAN)
    with many.read() as tx:
        found = alert_list.statement(tx, 1, wish, order, Window(0, 20), ascending=ascending)
        words = plans.plan(tx, found)
    assert index in words, words
    assert not plans.sorts(words), words


@pytest.mark.parametrize("value", ["k70", "k7?0", "/^k70$/"])
def test_few_are_gathered_by_their_labels(many: Database, value: str) -> None:
    wish = Wanted(alive=SPAN, labels={"host": (value,)})
    with many.read() as tx:
        plans.avoid_scans(tx)
        place = Window(0, 20)
        found = alert_list.statement(tx, 1, wish, Order.CREATED, place, ascending=False)
        words = plans.plan(tx, found)
        rows = alert_list.page(tx, 1, wish, Order.CREATED, place, ascending=False)
    assert "alert_label" in words, words
    assert "Seq Scan on alert_label" not in words, words
    assert "SCAN alert_label" not in words, words
    assert "ix_alert_account_created" not in words, words
    assert [one.alert_key for one in rows] == (
        [f"k7{n}0" for n in range(9, -1, -1)] if "?" in value else ["k70"]
    )
