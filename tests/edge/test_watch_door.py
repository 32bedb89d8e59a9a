"""Signed heartbeats, and pages on trial that go the way of real ones."""

import json
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from tests.engine.test_services import send_all
from tests.incidents import fire_timers
from tests.outbound.servers import http_server
from tests.outbound.test_chats import Sink
from tests.server import Server
from tocsin.cli.trial_listener import TrialListener
from tocsin.cli.watcher import Plan, Watcher
from tocsin.domain.watchdog import Word
from tocsin.engine import handlers
from tocsin.kernel.ids import Ids, seeded_chance
from tocsin.kernel.settings import Settings
from tocsin.kernel.signing import HEADER, is_signed, signature
from tocsin.store import migration

SECRET = "w" * 32
NONCE = "n" * 32


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, watch_secret=SECRET, engine=False)


@pytest.fixture(autouse=True)
def _migrated(server: Server) -> None:
    migration.stamp(server.database)


def beat(server: Server, secret: str = SECRET, at: int = 0, **said: Any) -> httpx.Response:
    body = json.dumps({"name": "attic", "nonce": NONCE, **said}).encode()
    headers = {HEADER: signature(secret, body, at or server.clock.now())}
    return server.request("POST", "/-/watch", content=body, headers=headers)


def work_off(server: Server, settings: Settings) -> None:
    """Let an engine do what is due."""
    fire_timers(server.database)
    send_all(server.database, handlers.work(server.database, settings), "trial")


def watcher(server: Server, callback: str = "", arrived: Any = lambda _: False) -> Watcher:
    plan = Plan(server.base, "attic", SECRET, 120_000, 300_000, 60_000, callback)
    return Watcher(plan, server.clock, Ids(server.clock, seeded_chance(5)), arrived)


def test_a_beat_is_answered_with_a_signature_of_its_own(server: Server) -> None:
    answer = beat(server)
    assert is_signed(SECRET, answer.content, answer.headers[HEADER], server.clock.now())
    said = answer.json()
    assert (said["nonce"], said["time"], said["page_nonce"]) == (NONCE, server.clock.now(), "")


def test_who_does_not_know_the_secret_is_refused(server: Server) -> None:
    now = server.clock.now()
    assert beat(server, secret="x" * 32).status_code == 401
    assert beat(server, at=now - 301_000).status_code == 401
    assert beat(server, at=now + 301_000).status_code == 401
    assert server.request("POST", "/-/watch", content=b"{}").status_code == 401
    assert server.request("GET", "/-/watch").status_code == 405
    assert beat(server, name="").status_code == 400
    assert beat(server, name="x" * 9000).status_code == 413


def test_a_page_on_trial_goes_by_timer_and_outbox(server: Server, settings: Settings) -> None:
    beat(server, page=True)
    assert beat(server).json()["page_arrived_at"] == 0
    server.clock.advance(2)
    work_off(server, settings)
    said = beat(server).json()
    assert said["page_nonce"] == NONCE
    assert said["page_arrived_at"] - said["page_asked_at"] == 2000


def test_a_page_on_trial_reaches_the_watchers_own_machine(
    server: Server, settings: Settings
) -> None:
    listener = TrialListener(SECRET, server.clock)
    with listener.listening("127.0.0.1", 0) as port:
        seer = watcher(server, f"http://127.0.0.1:{port}/", listener.has)
        assert seer.problems() == ()
        assert seer.awaits_trial
        work_off(server, settings)
        assert seer.problems() == ()
        assert not seer.awaits_trial
        forged = httpx.post(f"http://127.0.0.1:{port}/", content=b'{"nonce": "x"}')
        assert forged.status_code == 401
        assert httpx.post(f"http://127.0.0.1:{port}/", content=b"x" * 9000).status_code == 413


def test_a_watcher_tells_of_an_engine_that_sends_nothing(
    server: Server, settings: Settings
) -> None:
    seer = watcher(server)
    words: list[Word | None] = []
    for _ in range(13):
        words.append(seer.look())
        server.clock.advance(15)
    (told,) = [word for word in words if word]
    assert told.problems == ("a page on trial has not arrived within 60 s",)
    work_off(server, settings)
    over = seer.look()
    assert over
    assert over.problems == ()


def test_a_watcher_tells_of_a_server_that_is_silent_or_another(server: Server) -> None:
    seer = watcher(server)
    assert seer.look() is None
    other = Plan(server.base, "attic", "x" * 32, 1, 300_000, 60_000)
    stranger = Watcher(other, server.clock, Ids(server.clock, seeded_chance(6)), lambda _: False)
    (why,) = stranger.problems()
    assert "answered 401" in why
    with http_server(Sink(200, b'{"nonce": "x"}')) as port:
        there = Plan(f"http://127.0.0.1:{port}", "attic", SECRET, 1, 300_000, 60_000)
        portal = Watcher(there, server.clock, Ids(server.clock, seeded_chance(7)), lambda _: False)
        (why,) = portal.problems()
    assert "not the server" in why
    gone = Plan("http://127.0.0.1:9", "attic", SECRET, 120_000, 300_000, 60_000)
    lonely = Watcher(gone, server.clock, Ids(server.clock, seeded_chance(8)), lambda _: False)
    assert lonely.look() is None
    server.clock.advance(120)
    word = lonely.look()
    assert word
    assert "no connection" in word.problems[0]
