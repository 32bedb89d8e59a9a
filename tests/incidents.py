"""Incidents for tests: reported over HTTP, or opened by alerts."""

from typing import Any

from tests.cast import Cast, Person
from tests.factories import make_team
from tests.server import Server
from tocsin.domain.alert import Outcome, Place, receive
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.severity import EventStatus
from tocsin.engine import incident as engine
from tocsin.engine import loop
from tocsin.engine.handlers import TIMERS
from tocsin.store import alert as alerts
from tocsin.store import channel as channels
from tocsin.store.database import Database


def report(server: Server, who: Person, title: str = "Disk full on db7", **more: Any) -> str:
    """The id of an incident reported by hand."""
    wish = {"title": title, "incident_severity": "Warning", **more}
    return str(server.post("/incident/create", wish, who.key).data["incident_id"])


def info(server: Server, who: Person, incident_id: str) -> Any:
    return server.post("/incident/info", {"incident_id": incident_id}, who.key).data


def timeline(server: Server, who: Person, incident_id: str, **more: Any) -> list[Any]:
    """Entries, oldest first."""
    wish = {"incident_id": incident_id, "asc": True, "limit": 100, **more}
    return list(server.post("/incident/feed", wish, who.key).data["items"])


def types(entries: list[Any]) -> list[str]:
    return [entry["type"] for entry in entries]


def listed(server: Server, who: Person, **wish: Any) -> list[str]:
    """Ids on a page of the list; by default over the day around now."""
    now = server.clock.now() // 1000
    span = {"start_time": now - 43_200, "end_time": now + 43_200}
    page = server.post("/incident/list", span | wish, who.key).data
    return [item["incident_id"] for item in page["items"]]


def make_channel(
    server: Server, database: Database, cast: Cast, name: str = "Payments", **more: Any
) -> int:
    """A channel of Alice's own team."""
    team_id = make_team(database, cast, f"Team of {name}", cast.alice)
    wish = {"team_id": team_id, "channel_name": name, **more}
    return int(server.post("/channel/create", wish, cast.alice.key).data["channel_id"])


def fire_timers(database: Database) -> int:
    """Fire all that is due; how many there were."""
    fired = 0
    while True:
        turn = loop.fire_one(database, TIMERS)
        try:
            while True:
                next(turn)
        except StopIteration as end:
            if not end.value:
                return fired
            fired += 1


def sends(
    database: Database,
    cast: Cast,
    channel_id: int,
    key: str = "cpu",
    status: EventStatus = EventStatus.WARNING,
    **more: Any,
) -> str:
    """Have a sender say something about an alert; the id of its incident."""
    with database.write() as tx:
        place = Place(cast.account_id, channel_id, 1)
        fields: dict[str, Any] = {"title": f"{key} high", "happened_at": tx.now, **more}
        event = AlertEvent(alert_key=key, status=status, **fields)
        current = alerts.find_open(tx, cast.account_id, channel_id, 1, key)
        got = receive(current, event, place, tx.ids.object_id(), tx.now)
        assert got.alert is not None
        if got.outcome is Outcome.OPENED:
            channel = channels.get(tx, cast.account_id, channel_id)
            assert channel is not None
            incident_id = engine.open_for_alert(tx, cast.account_id, channel, got.alert)
            alerts.add(tx, got.alert)
            alerts.attach(tx, cast.account_id, got.alert.id, incident_id)
            return incident_id
        assert current is not None
        alerts.save(tx, current, got.alert)
        engine.alert_changed(tx, cast.account_id, got.alert.id)
        return current.incident_id
