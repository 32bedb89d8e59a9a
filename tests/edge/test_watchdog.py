"""The watchdog, with a real relay and a real address to tell, and nobody at the engine."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from msgspec.structs import replace
from sqlalchemy import insert, update

from tests.clock import VirtualClock
from tests.outbound.servers import Mailbox, http_server, mail_server, reply
from tests.server import Server
from tocsin.edge.health import Health
from tocsin.edge.inbox_writer import InboxBounds, InboxFigures
from tocsin.edge.metrics import Metrics
from tocsin.edge.watchdog import Watchdog
from tocsin.engine.handlers import transports
from tocsin.kernel.settings import Settings
from tocsin.store import delivery, migration, timer, watch
from tocsin.store.database import Database
from tocsin.store.tables.engine import engine_beat
from tocsin.store.watch import Watcher


class Switch:
    """A dead man's switch and an alarm: counts what comes."""

    def __init__(self) -> None:
        self.pings = 0
        self.told: list[Any] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "GET":
            self.pings += 1
        else:
            size = int(handler.headers["Content-Length"])
            self.told.append(json.loads(handler.rfile.read(size)))
        reply(handler, 200)


@contextmanager
def guard(
    database: Database, settings: Settings, switch: Switch, mailbox: Mailbox
) -> Iterator[Watchdog]:
    migration.stamp(database)
    with http_server(switch) as port, mail_server(mailbox) as smtp:
        own = replace(
            settings,
            watchdog_url=f"http://127.0.0.1:{port}/told",
            heartbeat_url=f"http://127.0.0.1:{port}/ping",
            smtp_host="127.0.0.1",
            smtp_port=smtp,
            owner_email="owner@acme.example",
        )
        bounds = InboxBounds.of(own)
        health = Health(database, Metrics(), bounds, InboxFigures(), engine_expected=True)
        yield Watchdog(database, own, health.problems, transports(own)["email"])


def beat(database: Database) -> None:
    with database.write() as tx:
        if not tx.run(update(engine_beat).values(beat_at=tx.now)):
            tx.run(insert(engine_beat).values(engine_id="e", started_at=tx.now, beat_at=tx.now))


def test_a_dead_engine_is_told_past_the_outbox_and_the_switch_hears_no_more(
    database: Database, settings: Settings, clock: VirtualClock
) -> None:
    switch, mailbox = Switch(), Mailbox()
    beat(database)
    with guard(database, settings, switch, mailbox) as dog:
        dog.look()
        assert (switch.pings, switch.told, mailbox.mails) == (1, [], [])
        clock.advance(31)
        dog.look()
        clock.advance(60)
        dog.look()
        dog.look()
        (told,) = switch.told
        assert (told["status"], switch.pings) == ("trouble", 1)
        assert "tocsin engine" in told["problems"][0]
        (mail,) = mailbox.mails
        assert mail["To"] == "owner@acme.example"
        assert "is in trouble" in mail["Subject"]
        clock.advance(3600)
        dog.look()
        assert len(switch.told) == 2
        beat(database)
        dog.look()
        assert (switch.told[2]["status"], switch.pings) == ("ok", 2)
        assert "is well again" in mailbox.mails[2]["Subject"]
        dog.look()
        assert len(switch.told) == 3


def test_what_is_late_makes_the_server_unready_but_a_slow_webhook_does_not(
    server: Server, database: Database
) -> None:
    migration.stamp(database)
    with database.write() as tx:
        delivery.owe(tx, 1, "webhook", "x", b"{}", "i1", "r1")
    server.clock.advance(300)
    beat(database)
    assert server.request("GET", "/-/ready").status_code == 200
    with database.write() as tx:
        timer.set_(tx, 1, "snooze", "i1", tx.now)
        delivery.owe(tx, 1, "email", "x", b"{}", "i1")
    server.clock.advance(121)
    beat(database)
    answer = server.request("GET", "/-/ready")
    assert answer.status_code == 503
    timers, messages = answer.json()["problems"]
    assert timers.startswith("timers are overdue for 121 s")
    assert messages.startswith("messages to people wait to be sent for 121 s")


def test_a_watcher_that_falls_silent_is_told_while_the_switch_goes_on(
    database: Database, settings: Settings, clock: VirtualClock
) -> None:
    switch = Switch()
    with database.write() as tx:
        watch.save(tx, Watcher("attic", tx.now))
    with guard(database, settings, switch, Mailbox()) as dog:
        for _ in range(12):
            clock.advance(60)
            beat(database)
            dog.look()
    assert [one["problems"][0][:17] for one in switch.told] == ["the watcher attic"]
    assert switch.pings == 12


def test_nobody_to_tell_is_no_reason_to_stumble(
    database: Database, settings: Settings, clock: VirtualClock
) -> None:
    own = replace(settings, watchdog_url="http://127.0.0.1:9/", heartbeat_url="http://127.0.0.1:9/")
    dog = Watchdog(database, own, lambda: ["trouble"], transports(own)["email"])
    dog.look()
    clock.advance(61)
    dog.look()


def test_a_timer_that_fails_again_and_again_is_told_too(
    database: Database, settings: Settings, clock: VirtualClock
) -> None:
    switch = Switch()
    with database.write() as tx:
        timer.set_(tx, 1, "escalate", "i", tx.now)
    with guard(database, settings, switch, Mailbox()) as dog:
        for _ in range(5):
            clock.advance(30)
            beat(database)
            with database.write() as tx:
                found = timer.due(tx)
                if found:
                    timer.postpone(tx, found, "ValueError: odd")
            dog.look()
    assert "escalate: ValueError: odd" in switch.told[0]["problems"][0]
