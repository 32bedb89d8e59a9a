"""The stream of what changed: who hears what, how soon, and how it goes on where it broke off."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.cast import Cast, Person
from tests.clock import VirtualClock
from tests.edge.test_session import ONE_TIME, OWN, browser, hand_out, sign_in
from tests.server import NOBODY, Server
from tocsin.domain.news import ITEMS_MAX, About
from tocsin.store import news
from tocsin.store.database import Database


class Stream:
    """What an open stream says, event by event."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()
        self.last = ""

    def next(self) -> tuple[str, list[dict[str, Any]]]:
        """The kind of the next event and the things it names."""
        event: dict[str, str] = {}
        for line in self._lines:
            if not line and "data" in event:
                self.last = event["id"]
                return event["event"], json.loads(event["data"]).get("items", [])
            name, _, text = line.partition(": ")
            event[name] = text
        raise AssertionError("the stream ended")

    def ends(self) -> bool:
        return not any("data" in line for line in self._lines)


@contextmanager
def listening(server: Server, key: str = "", **headers: str) -> Iterator[Stream]:
    url = f"{server.base}/events/stream" + (f"?app_key={key}" if key else "")
    with (
        httpx.Client(timeout=20, verify=NOBODY) as client,
        client.stream("GET", url, headers=headers) as response,
    ):
        yield Stream(response)


def create(server: Server, by: Person, title: str, channel_id: int = 0) -> str:
    wish = {"title": title, "incident_severity": "Info", "channel_id": channel_id}
    return str(server.post("/incident/create", wish, by.key).data["incident_id"])


def test_what_changes_is_heard_at_once_and_after_a_break(
    server: Server, database: Database, cast: Cast
) -> None:
    with listening(server, cast.bob.key) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert stream.next() == ("hello", [])
        first = create(server, cast.bob, "Disk full")
        kind, items = stream.next()
        assert kind == "change"
        assert {"about": "incident", "id": first, "channel_id": 0} in items
        server.post("/incident/ack", {"incident_ids": [first]}, cast.bob.key)
        assert first in [item["id"] for item in stream.next()[1]]
        last = stream.last
    missed = create(server, cast.bob, "Disk fuller")
    with listening(server, cast.bob.key, **{"Last-Event-ID": last}) as stream:
        kind, items = stream.next()
        assert kind == "change"
        assert missed in [item["id"] for item in items]
    with listening(server, cast.bob.key, **{"Last-Event-ID": "999999"}) as stream:
        assert stream.next() == ("reset", []), "it never said that: read everything anew"


def test_nobody_hears_of_what_they_may_not_read(
    server: Server, database: Database, cast: Cast
) -> None:
    team = server.post("/team/upsert", {"team_name": "Secret"}, cast.alice.key).data["team_id"]
    wish = {"channel_name": "Secret", "team_id": team, "is_private": True}
    private = server.post("/channel/create", wish, cast.alice.key).data["channel_id"]
    with (
        listening(server, cast.alice.key) as alice,
        listening(server, cast.charlie.key) as charlie,
    ):
        assert alice.next()[0] == charlie.next()[0] == "hello"
        hidden = create(server, cast.alice, "Merger", private)
        assert hidden in [item["id"] for item in alice.next()[1]]
        with database.write() as tx:
            news.tell(tx, cast.account_id + 1, About.INCIDENT, "of another account")
            news.tell(tx, cast.account_id, About.DELIVERY, hidden)
            news.tell(tx, cast.account_id, About.ISSUE, "for all")
        assert [item["id"] for item in charlie.next()[1]] == ["for all"]
    assert server.request("GET", "/events/stream").status_code == 401
    assert server.post("/events/stream", key=cast.bob.key).code == "MethodNotAllowed"


def test_a_session_hears_until_it_ends_and_from_its_own_pages_only(
    server: Server, database: Database, cast: Cast
) -> None:
    hand_out(database, cast)
    mine = browser(sign_in(server, cast.alice.email, ONE_TIME, OWN))
    evil = {"Cookie": mine["Cookie"], "Sec-Fetch-Site": "cross-site"}
    assert server.request("GET", "/events/stream", headers=evil).status_code == 403
    with listening(server, Cookie=mine["Cookie"]) as stream:
        assert stream.next()[0] == "hello"
        many = [f"{number}" for number in range(ITEMS_MAX + 1)]
        with database.write() as tx:
            for id_ in many:
                news.tell(tx, cast.account_id, About.ALERT, id_)
        assert [item["id"] for item in stream.next()[1]] == [""], "so many are told as one"


def test_old_news_is_forgotten_but_never_the_newest(
    database: Database, cast: Cast, clock: VirtualClock
) -> None:
    for number in range(3):
        with database.write() as tx:
            news.tell(tx, cast.account_id, About.ISSUE, str(number))
    clock.advance(news.KEPT_MS / 1000 + 1)
    with database.write() as tx:
        oldest, newest = news.bounds(tx)
        assert newest - oldest == 2
        assert news.sweep(tx, 100) == 2
        assert news.bounds(tx) == (newest, newest)
