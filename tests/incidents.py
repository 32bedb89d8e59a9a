"""Incidents for tests: reported over HTTP, or opened by alerts."""

from typing import Any

from sqlalchemy import select

from tests.cast import Cast, Person
from tests.factories import make_team
from tests.server import Server
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.integration import Integration
from tocsin.domain.severity import EventStatus
from tocsin.engine import alert, loop
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.handlers import TIMERS
from tocsin.store import channel as channels
from tocsin.store.database import Database
from tocsin.store.tables import alert as tables


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
        channel = channels.get(tx, cast.account_id, channel_id)
        assert channel is not None
        fields: dict[str, Any] = {"title": f"{key} high", "happened_at": tx.now, **more}
        event = AlertEvent(alert_key=key, status=status, **fields)
        sender = Integration(1, cast.account_id, 0, 0, "sender", 1, "standard.alert", 0, 0, 0)
        places = (channel.id,)
        alert.deliver(tx, [Arrival(sender, event, tx.now, event=event, channel_ids=places)])
        newest = select(tables.alert.c.incident_id).where(tables.alert.c.alert_key == key)
        return str(tx.value(newest.order_by(tables.alert.c.id.desc()).limit(1)))
