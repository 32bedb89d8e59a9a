"""A page on its whole way: from the report to a real server, and by another way if it says no."""

from http.server import BaseHTTPRequestHandler
from typing import Any

import msgspec
import pytest

from tests.cast import Cast
from tests.incidents import fire_timers, report, timeline
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
