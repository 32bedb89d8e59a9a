"""Pushing alerts and changes as a script does: integrations, requests, and the engine's turn."""

from typing import Any

from tests.cast import Cast
from tests.factories import make_team
from tests.server import Answer, Server
from tocsin.engine import digesting, handlers, heartbeat, issue_alert, loop, replay
from tocsin.engine.heartbeat import HeartbeatTransport
from tocsin.engine.inquiry import Inquiries
from tocsin.engine.issue_alert import IssueTransport
from tocsin.engine.replay import ReplayTransport
from tocsin.outbound.address import Reach
from tocsin.outbound.transport import Transport
from tocsin.store.database import Database
from tocsin.store.inbox import open_inbox

TURNS_MAX = 200
ALERTS = "/event/push/alert/standard"
CHANGES = "/event/push/change/standard"


def make_channel(server: Server, database: Database, cast: Cast, name: str = "Payments") -> int:
    """A channel of a team of Bob's; its id."""
    team_id = make_team(database, cast, f"{name} team", cast.bob)
    body = {"team_id": team_id, "channel_name": name}
    return int(server.post("/channel/create", body, cast.bob.key).data["channel_id"])


def make_integration(server: Server, cast: Cast, **fields: Any) -> dict[str, Any]:
    """A standard alert integration, unless `fields` say otherwise: its id and key."""
    body = {"plugin_type": "standard.alert", "name": "Scripts", **fields}
    found = server.post("/datasource/upsert", body, cast.bob.key).data
    assert isinstance(found, dict)
    return found


def push(server: Server, key: str, path: str = ALERTS, query: str = "", **fields: Any) -> Answer:
    """A push of an event; a Critical alert titled Disk full, unless `fields` say otherwise."""
    event = {"title_rule": "Disk full", "event_status": "Critical"} if path == ALERTS else {}
    address = f"{path}?integration_key={key}{query}"
    return Answer(server.request("POST", address, json={**event, **fields}))


def engine(database: Database, reach: Reach = Reach()) -> None:  # noqa: B008 - it is frozen
    """Let an engine do all that is due now: digest what was pushed, fire timers, make reports.

    `reach` bounds which mapping APIs it may ask.
    """
    inquiries = Inquiries(reach)
    digesters = handlers.digesters(inquiries)
    inbox = open_inbox(database)
    own: dict[str, Transport] = {
        heartbeat.METHOD: HeartbeatTransport(database, inquiries),
        replay.METHOD: ReplayTransport(database, inquiries),
        issue_alert.METHOD: IssueTransport(database, inquiries),
    }
    try:
        for _ in range(TURNS_MAX):
            digested = _through(digesting.digest_some(database, inbox, digesters))
            fired = _through(loop.fire_one(database, handlers.TIMERS))
            reported = [_through(loop.send_one(database, *way)) for way in own.items()]
            if not (digested or fired or any(reported)):
                return
    finally:
        inbox.close()
    raise AssertionError("it does not come to rest")


def _through(turn: loop.Turn) -> bool:
    while True:
        try:
            next(turn)
        except StopIteration as end:
            return bool(end.value)
