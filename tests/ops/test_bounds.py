"""A key that may only read cannot keep the server busy: what is asked is bounded, and so is how
long it is looked for."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.endless import make_endless
from tests.server import Server
from tocsin.store.database import Database

SPAN = {"start_time": 1_700_000_000, "end_time": 1_700_000_000 + 86_400}


@pytest.mark.parametrize(
    ("path", "wish", "named"),
    [
        ("/incident/list", {"query": " ".join(f"w{n}" for n in range(17))}, "query"),
        ("/incident/list", {"query": " ".join(f"w{n}" for n in range(20_000))}, "query"),
        ("/incident/list", {"labels": {f"l{n}": ["x"] for n in range(17)}}, "labels"),
        ("/incident/list", {"fields": {"region": [f"v{n}" for n in range(101)]}}, "fields"),
        ("/incident/list", {"nums": [f"{n:06x}" for n in range(1001)]}, "nums"),
        ("/alert/list", {"labels": {"pod": [f"*{n}*" for n in range(17)]}}, "labels"),
        ("/alert/list", {"labels": {"pod": [f"p{n}" for n in range(101)]}}, "labels"),
        ("/alert/list", {"alert_keys": ["k"] * 1001}, "alert_keys"),
        ("/alert-event/list", {"integration_ids": [1] * 1001}, "integration_ids"),
        ("/change/list", {"query": "x" * 1025}, "query"),
        ("/schedule/list", {"team_ids": list(range(1, 1002))}, "team_ids"),
    ],
)
def test_more_than_can_be_looked_for_quickly_is_refused_by_name(
    server: Server, cast: Cast, path: str, wish: dict[str, Any], named: str
) -> None:
    answer = server.post(path, SPAN | wish, cast.charlie.key)
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert answer.message.startswith(f"{named} ")


def test_as_many_words_and_severities_as_may_be_asked_for_are_looked_for(
    server: Server, cast: Cast
) -> None:
    wish = {
        "query": " ".join(f"w{n}" for n in range(16)),
        "incident_severity": ",".join(["Critical"] * 50_000),
    }
    assert server.post("/incident/list", SPAN | wish, cast.charlie.key).data["items"] == []


def test_what_takes_too_long_is_given_up_and_says_what_to_narrow(
    server: Server, cast: Cast, database: Database
) -> None:
    make_endless(database)
    server.database.patience.milliseconds = 200
    answer = server.post("/alert-event/list", SPAN, cast.charlie.key)
    assert (answer.status, answer.code) == (503, "ServiceUnavailable")
    assert "gave up after 0.2 s" in answer.message
    assert "shorten the span of time" in answer.message
    assert answer.response.headers["Retry-After"] == "5"
    assert server.post("/account/info", {}, cast.charlie.key).status == 200
