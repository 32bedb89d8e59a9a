"""A label may have any number of values: patterns still find among them."""

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import insert, select

from tests.cast import Cast
from tests.push import make_channel
from tests.server import Server
from tests.store.test_alert import ALERT
from tocsin.kernel.units import HOUR
from tocsin.store import alert as alerts
from tocsin.store import label_filter, posting
from tocsin.store.database import Database
from tocsin.store.few import hour_of
from tocsin.store.tables import alert as tables

PODS = 10_500


@pytest.fixture
def small(server: Server, database: Database, cast: Cast) -> int:
    """A channel with one alert, beside thousands elsewhere that are of a pod of their own."""
    channel = make_channel(server, database, cast)
    now = server.clock.now()
    with database.write() as tx:
        one = replace(ALERT, account_id=cast.account_id, labels={}, channel_id=0)
        instants = dict.fromkeys(("start_time", "last_time", "created_at", "updated_at"), now)
        alerts.add_many(tx, [replace(one, id="f" * 24, **instants)])
        row = dict(tx.connection.execute(select(tables.alert)).mappings().one())
        made = [
            {
                **row,
                "id": f"{n:024x}",
                "alert_key": f"k{n}",
                "channel_id": channel * (n == 7),
                "labels": {"pod": f"api-{n}_x%[1]"},
            }
            for n in range(PODS)
        ]
        tx.run(insert(tables.alert), made)
        filed = (
            (key, one["id"])
            for one in made
            for key in label_filter.filed(cast.account_id, hour_of(now), one["labels"])
        )
        posting.add(tx, tables.alert_label, filed)
    return channel


def pods(server: Server, cast: Cast, value: str, **wish: Any) -> set[str]:
    now = server.clock.now() // 1000
    span = {"start_time": now - HOUR // 1000, "end_time": now + 1, "limit": 100}
    body = {**span, "labels": {"pod": [value]}, **wish}
    found = server.post("/alert/list", body, cast.charlie.key).data["items"]
    return {one["alert_key"] for one in found}


def test_patterns_find_among_any_number_of_values(server: Server, cast: Cast, small: int) -> None:
    assert len(pods(server, cast, "api-*")) == 100
    assert pods(server, cast, "api-1234_*") == {"k1234"}
    assert pods(server, cast, "*-1234_?%[1]") == {"k1234"}
    assert pods(server, cast, "*-1234_?%1") == set()
    assert pods(server, cast, "API-1234*") == set()
    assert pods(server, cast, "/^api-123[45]_/") == {"k1234", "k1235"}
    for value in ("api*", "*7*", "/api/"):
        assert pods(server, cast, value, channel_ids=[small]) == {"k7"}, value
