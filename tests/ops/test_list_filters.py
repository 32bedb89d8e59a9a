"""Every field of the searches, alone, changes the answer."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from sqlalchemy import update

from tests.cast import Cast
from tests.incidents import make_channel, report, sends
from tests.server import Server
from tocsin.domain.severity import EventStatus
from tocsin.ops.alert import ListAlerts
from tocsin.ops.alert_event import ListEvents
from tocsin.ops.incident_list import ListIncidents
from tocsin.store.database import Database
from tocsin.store.tables.alert import alert, alert_event
from tocsin.store.tables.incident import incident

REGION = {
    "field_name": "region",
    "display_name": "Region",
    "field_type": "multi_select",
    "value_type": "string",
    "options": ["eu", "us"],
}
STEP = 100
"""Seconds from one incident or alert to the next."""

Case = tuple[dict[str, Any], Any, list[str]]
"""What else is asked, the field's value, and what is found then."""


def check(request: type[Struct], cases: dict[str, Case], ask: Callable[..., list[str]]) -> None:
    """Each field of a request narrows, orders or pages what is found without it."""
    assert cases.keys() == set(request.__struct_fields__)
    for field, (context, value, expected) in cases.items():
        assert ask(**context, **{field: value}) == expected, field
        assert ask(**context) != expected, f"{field} changes nothing"


class Searches:
    """Titles that a search finds, by default among all there is, and where its page ends."""

    def __init__(self, server: Server, cast: Cast, path: str) -> None:
        self._server, self._cast, self._path = server, cast, path
        self.span = {"start_time": server.clock.now() // 1000 - 1, "end_time": 2_000_000_000}
        self.cursor = ""

    def __call__(self, **wish: Any) -> list[str]:
        self._server.clock.advance(1)  # So many calls a second are not allowed.
        if "end_time" not in wish:
            self.span["end_time"] = self._server.clock.now() // 1000 + 1
        page = self._server.post(self._path, self.span | wish, self._cast.alice.key).data
        self.cursor = page["search_after_ctx"]
        return [item["title"] for item in page["items"]]


def edit(database: Database, table: Any, title: str, **values: Any) -> None:
    """Change rows as what is behind the field would have, in a longer story."""
    with database.write() as tx:
        tx.run(update(table).where(table.c.title == title).values(**values))


def test_every_field_of_the_search_for_incidents(
    server: Server, cast: Cast, database: Database
) -> None:
    assert server.post("/field/create", REGION, cast.alice.key).status == 200
    channel = make_channel(server, database, cast)
    ask = Searches(server, cast, "/incident/list")
    since = server.clock.now() // 1000
    disk = report(server, cast.bob, "disk", channel_id=channel, fields={"region": ["eu", "us"]})
    server.clock.advance(STEP)
    net = report(server, cast.alice, "net", incident_severity="Critical", fields={"region": ["us"]})
    server.clock.advance(STEP)
    sends(database, cast, channel, "cpu", labels={"host": "db7"}, title="cpu")
    server.clock.advance(STEP)
    hot = report(server, cast.alice, "hot", description="Überall")
    for path, one, who in (
        ("ack", disk, cast.bob),
        ("ack", net, cast.alice),
        ("resolve", net, cast.alice),
    ):
        server.post(f"/incident/{path}", {"incident_ids": [one]}, who.key)
    server.post("/incident/snooze", {"incident_ids": [hot], "minutes": 9}, cast.bob.key)
    people = {"incident_id": hot, "person_ids": [cast.charlie.id]}
    server.post("/incident/responder/add", people, cast.bob.key)
    edit(database, incident, "cpu", ever_muted=True)
    team = server.post("/channel/info", {"channel_id": channel}, cast.alice.key).data["team_id"]
    everything = ["hot", "cpu", "net", "disk"]
    late = {"start_time": since + 3 * STEP}
    assert ask() == everything
    ask(limit=1)
    check(
        ListIncidents,
        {
            "start_time": ({}, since + STEP, ["hot", "cpu", "net"]),
            "end_time": ({}, since + STEP, ["net", "disk"]),
            "range_by": (late, "updated_at", ["hot", "net", "disk"]),
            "asc": ({}, True, everything[::-1]),
            "progress": ({}, "Processing,Closed", ["net", "disk"]),
            "incident_severity": ({}, "Critical,Info", ["net"]),
            "channel_ids": ({}, [0], ["hot", "net"]),
            "team_ids": ({}, [team], ["cpu", "disk"]),
            "responder_ids": ({}, [cast.charlie.id, cast.bob.id], ["hot", "disk"]),
            "acker_ids": ({}, [cast.alice.id, cast.charlie.id], ["net"]),
            "creator_ids": ({}, [0, cast.bob.id], ["cpu", "disk"]),
            "closer_ids": ({}, [cast.alice.id], ["net"]),
            "incident_ids": ({}, [disk, hot.upper()], ["hot", "disk"]),
            "nums": ({}, [net[-6:].lower()], ["net"]),
            "labels": ({}, {"host": ["db?"]}, ["cpu"]),
            "fields": ({}, {"region": ["eu"]}, ["disk"]),
            "title": ({}, "cpu", ["cpu"]),
            "query": ({}, "ÜBER", ["hot"]),
            "is_my_team": ({}, True, ["cpu", "disk"]),
            "is_my_channel": ({}, True, ["cpu", "disk"]),
            "is_rare": ({}, True, ["cpu", "disk"]),
            "is_snoozed": ({}, True, ["hot"]),
            "ever_muted": ({}, True, ["cpu"]),
            "p": ({"limit": 3}, 2, ["disk"]),
            "limit": ({}, 2, ["hot", "cpu"]),
            "search_after_ctx": ({}, ask.cursor, ["cpu", "net", "disk"]),
        },
        ask,
    )
    for by, found in (("last_time", ["hot"]), ("start_time", ["hot"])):
        assert ask(**late, range_by=by) == found
    assert ask(fields={"region": "us"}) == ["net", "disk"]
    assert ask(is_snoozed=False, ever_muted=False) == ["net", "disk"]


def test_every_field_of_the_search_for_alerts(
    server: Server, cast: Cast, database: Database
) -> None:
    one, other = (make_channel(server, database, cast, name) for name in ("One", "Two"))
    ask = Searches(server, cast, "/alert/list")
    since = server.clock.now() // 1000
    sends(database, cast, one, "cpu", labels={"host": "db7"}, title="cpu")
    server.clock.advance(STEP)
    sends(database, cast, other, "disk", EventStatus.CRITICAL, title="disk")
    sends(database, cast, other, "disk", EventStatus.OK)
    server.clock.advance(STEP)
    sends(database, cast, one, "net", labels={"host": "web1"}, title="net")
    server.clock.advance(STEP)
    sends(database, cast, one, "cpu", labels={"host": "db7", "more": "x"})
    edit(database, alert, "disk", ever_muted=True, integration_id=2)
    wish = {"start_time": since, "end_time": since + 3 * STEP}
    page = server.post("/alert/list", wish, cast.alice.key).data
    ids = {item["title"]: item["alert_id"] for item in page["items"]}
    assert ask() == ["net", "disk", "cpu"]
    ask(limit=1)
    check(
        ListAlerts,
        {
            "start_time": ({}, since + STEP + 1, ["net", "cpu"]),
            "end_time": ({}, since + STEP, ["disk", "cpu"]),
            "by_updated_at": ({"start_time": since, "end_time": since + STEP}, True, ["disk"]),
            "is_active": ({}, True, ["net", "cpu"]),
            "ever_muted": ({}, True, ["disk"]),
            "alert_severity": ({}, "Critical,Info", ["disk"]),
            "channel_ids": ({}, [one], ["net", "cpu"]),
            "integration_ids": ({}, [2], ["disk"]),
            "alert_ids": ({}, [ids["cpu"].upper()], ["cpu"]),
            "alert_keys": ({}, ["net", "disk"], ["net", "disk"]),
            "title": ({}, "cpu", ["cpu"]),
            "labels": ({}, {"host": ["/^db/"]}, ["cpu"]),
            "orderby": ({}, "updated_at", ["cpu", "net", "disk"]),
            "asc": ({}, True, ["cpu", "disk", "net"]),
            "p": ({"limit": 2}, 2, ["cpu"]),
            "limit": ({}, 2, ["net", "disk"]),
            "search_after_ctx": ({}, ask.cursor, ["disk", "cpu"]),
        },
        ask,
    )
    assert ask(is_active=False) == ask(ever_muted=True) == ["disk"]


def test_every_field_of_the_search_for_events(
    server: Server, cast: Cast, database: Database
) -> None:
    channel, other = (make_channel(server, database, cast, name) for name in ("One", "Two"))
    ask = Searches(server, cast, "/alert-event/list")
    since = server.clock.now() // 1000
    sends(database, cast, channel, "cpu", title="cpu")
    server.clock.advance(STEP)
    sends(database, cast, other, "disk", EventStatus.CRITICAL, title="disk")
    made = server.post("/datasource/upsert", {"plugin_id": 1}, cast.alice.key)
    cases: dict[str, Case] = {
        "start_time": ({}, since + 1, ["disk"]),
        "end_time": ({}, since + 1, ["cpu"]),
        "channel_ids": ({}, [channel], ["cpu"]),
        "severities": ({}, "Critical", ["disk"]),
        "asc": ({}, True, ["cpu", "disk"]),
        "p": ({"limit": 1}, 2, ["cpu"]),
        "limit": ({}, 1, ["disk"]),
    }
    assert made.status == 200, made.message
    edit(database, alert_event, "disk", integration_id=made.data["integration_id"])
    ask(limit=1)
    cases |= {
        "integration_ids": ({}, [1], ["cpu"]),
        "integration_types": ({}, ["standard.alert"], ["disk"]),
        "search_after_ctx": ({}, ask.cursor, ["cpu"]),
    }
    # There is but one order, which may be named.
    assert ask(orderby="event_time") == ["disk", "cpu"]
    rest = {name for name in ListEvents.__struct_fields__ if name != "orderby"}
    assert cases.keys() == rest
    for field, (context, value, expected) in cases.items():
        assert ask(**context, **{field: value}) == expected, field
        assert ask(**context) != expected, f"{field} changes nothing"
