"""A page on its whole way: from the report to a real server, and by another way if it says no."""

from http.server import BaseHTTPRequestHandler
from typing import Any

import msgspec
import pytest

from tests.cast import Cast
from tests.escalation import people, rule
from tests.incidents import fire_timers, make_channel, report, timeline
from tests.ops.test_preference import add, prefer
from tests.outbound.servers import Mailbox, http_server, mail_server, reply
from tests.server import Server
from tocsin.engine import handlers, loop
from tocsin.engine.handling import Work
from tocsin.engine.services import unset
from tocsin.kernel.settings import Settings
from tocsin.outbound.unconfigured import UnconfiguredTransport
from tocsin.store.database import Database


class Robot:
    """A chat that keeps what it is told, and answers with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.texts: list[str] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.texts.append(msgspec.json.decode(body)["text"])
        reply(handler, self.status, b"ok")


def send_all(database: Database, work: Work, method: str) -> None:
    """Send what is due by a method, and do what follows on it."""
    busy = True
    while busy:
        turn = loop.send_one(database, method, work.transports[method], work.failed, work.heard)
        try:
            while True:
                next(turn)
        except StopIteration as end:
            busy = bool(end.value)


def test_a_chat_that_says_no_gives_way_to_a_mail_that_acknowledges(
    server: Server, cast: Cast, settings: Settings
) -> None:
    robot, mailbox = Robot(), Mailbox()
    with http_server(robot) as port, mail_server(mailbox) as smtp:
        work = handlers.work(
            server.database,
            msgspec.structs.replace(
                settings,
                smtp_host="127.0.0.1",
                smtp_port=smtp,
                outbound_allowed_networks="127.0.0.0/8",
            ),
        )
        target = f"http://127.0.0.1:{port}/services/T/B/secret"
        add(server, server.database, cast, cast.bob, service="slack", target=target)
        prefer(server, cast.bob, ["slack"])
        send_all(server.database, work, "slack")
        fine = report(server, cast.alice, "Fine", assigned_to={"person_ids": [cast.bob.id]})
        send_all(server.database, work, "slack")
        robot.status = 404
        lost = report(server, cast.alice, "Lost", assigned_to={"person_ids": [cast.bob.id]})
        send_all(server.database, work, "slack")
        server.clock.advance(1)
        fire_timers(server.database)
        send_all(server.database, work, "email")
    assert "is your code" in robot.texts[0]
    assert f"#{fine[-6:].upper()} Fine" in robot.texts[1]
    (mail,) = mailbox.mails
    assert "Lost" in str(mail["Subject"])
    assert mail["References"] == f"<thread.{lost}@localhost>"
    told = timeline(server, cast.bob, lost, types=["i_notify"])
    assert [one["detail"]["by"] for one in told] == ["slack", "email"]
    assert "404" in told[0]["detail"]["persons"][0]["failed_reason"]
    assert "slack failed" in told[1]["reason"]
    assert "secret" not in str(told)


def test_the_timeline_says_what_became_of_messages_to_chats_and_addresses(
    server: Server, database: Database, cast: Cast, settings: Settings
) -> None:
    robot, mailbox = Robot(), Mailbox()
    channel_id = make_channel(server, database, cast)
    with http_server(robot) as port, mail_server(mailbox) as smtp:
        setup = msgspec.structs.replace(
            settings,
            smtp_host="127.0.0.1",
            smtp_port=smtp,
            outbound_allowed_networks="127.0.0.0/8",
        )
        work = handlers.work(server.database, setup)
        hook = {"token": f"http://127.0.0.1:{port}/services/T/B/secret", "alias": "Ops"}
        target = people(emails=["noc@acme.example"], webhooks=[{"type": "slack", "settings": hook}])
        rule(server, cast.alice, channel_id, {"target": target})

        def outcomes(status: int) -> dict[str, Any]:
            """What the timeline says by method, of an incident of which chats answer so."""
            robot.status = status
            incident = report(server, cast.alice, channel_id=channel_id)
            fire_timers(server.database)
            send_all(server.database, work, "slack")
            if status != 200:
                mailbox.to = "550 no such user here"
            send_all(server.database, work, "email")
            entries = timeline(server, cast.bob, incident, types=["i_notify"])
            assert "secret" not in str(entries)
            return {one["detail"]["by"]: one["detail"] for one in entries}

        fine, lost, late = outcomes(200), outcomes(404), outcomes(503)
    shown = {"token": "slack at 127.0.0.1", "alias": "Ops"}
    assert (fine["slack"]["outcome"], fine["slack"]["robots"]) == ("sent", [shown])
    assert (fine["email"]["outcome"], fine["email"]["emails"]) == ("sent", ["noc@acme.example"])
    assert lost["slack"]["outcome"] == lost["email"]["outcome"] == "failed"
    assert "404" in lost["slack"]["robots"][0]["failed_reason"]
    assert "550" in lost["email"]["failed_reason"]
    assert (late["slack"]["outcome"], late["slack"]["robots"]) == ("retrying", [shown])
    assert "503" in late["slack"]["failed_reason"]


def test_a_code_that_could_not_be_delivered_is_shown_with_its_contact(
    server: Server, cast: Cast, settings: Settings
) -> None:
    robot = Robot()
    contact = {"service": "slack", "name": "Chat"}

    def shown() -> tuple[str, str]:
        (item,) = server.post("/preference/contact/list", {}, cast.bob.key).data["items"]
        return item["code"], item["code_failed_reason"]

    with http_server(robot) as port:
        setup = msgspec.structs.replace(settings, outbound_allowed_networks="127.0.0.0/8")
        work = handlers.work(server.database, setup)
        contact["target"] = f"http://127.0.0.1:{port}/services/T/B/secret"
        made = server.post("/preference/contact/create", contact, cast.bob.key).data
        assert (made["code"], shown()) == ("pending", ("pending", ""))
        robot.status = 503
        send_all(server.database, work, "slack")
        state, why = shown()
        assert (state, "503" in why) == ("retrying", True)
        robot.status = 404
        server.clock.advance(61)
        this = {"contact_id": made["contact_id"]}
        server.post("/preference/contact/code/send", this, cast.bob.key)
        send_all(server.database, work, "slack")
        state, why = shown()
        assert (state, "404" in why, "secret" in why) == ("failed", True, False)
        robot.status = 200
        server.clock.advance(61)
        server.post("/preference/contact/code/send", this, cast.bob.key)
        send_all(server.database, work, "slack")
        assert shown() == ("sent", "")


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"smtp_host": "127.0.0.1"},
        {"phone_provider": "twilio", "phone_account": "a", "phone_token": "t", "phone_from": "+1"},
        {"apprise": True},
    ],
)
def test_what_is_not_set_up_is_known_without_trying(
    database: Database, settings: Settings, change: dict[str, Any]
) -> None:
    changed = msgspec.structs.replace(settings, **change)
    ways = handlers.work(database, changed).transports
    idle = {name for name, way in ways.items() if isinstance(way, UnconfiguredTransport)}
    assert unset(changed) == idle
