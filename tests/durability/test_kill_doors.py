"""`kill -9` while every door there is is pushed through: what was accepted became something."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random  # noqa: TID251 - a test's chances come from its seed
from smtplib import SMTP, SMTPException

import httpx
import pytest
from sqlalchemy import select

from tests.cli.program import until
from tests.durability.killing import SENDERS, SETTLED_SECONDS_MAX, Victim, free_port
from tests.e2e.seeds import Seed, make_channel, seed
from tests.postgres import create_database
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import Ids, system_chance
from tocsin.sources.doors import DOORS
from tocsin.store.database import Database
from tocsin.store.inbox import open_inbox
from tocsin.store.tables.change import change
from tocsin.store.tables.engine import rejected
from tocsin.store.tables.order import settled_order
from tocsin.store.tables.trace import trace

PUSHES_A_DOOR = 3
KILLS = 5
DOMAIN = "alerts.example"

pytestmark = pytest.mark.slow


class Senders:
    """One push through each of many integrations, so that each can be told from the others."""

    def __init__(self, victim: Victim, mail_port: int) -> None:
        channel_id = make_channel(victim)
        self._victim = victim
        self._mail_port = mail_port
        self._left: list[tuple[int, Seed | str]] = []
        self.accepted: set[int] = set()
        self.refused: list[str] = []
        for number in range(PUSHES_A_DOOR):
            for door in DOORS:
                wish = {"plugin_type": door.plugin.type, "channel_id": channel_id}
                made = victim.post("/datasource/upsert", {**wish, "name": f"{door.path} {number}"})
                push = seed(door)(made["integration_key"])
                self._left.append((made["integration_id"], push))
            wish = {"plugin_type": "email", "name": f"SMTP {number}", "channel_id": channel_id}
            made = victim.post("/datasource/upsert", wish)
            self._left.append((made["integration_id"], f"{made['integration_key']}@{DOMAIN}"))

    def send_all(self, pause: threading.Event) -> None:
        """All pushes, some at a time, with pauses so that kills fall between and into them."""
        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(lambda one: self._send(pause, *one), self._left))

    def _send(self, pause: threading.Event, integration_id: int, push: Seed | str) -> None:
        said: str | None = None
        while said is None:
            pause.wait(0.05)
            try:
                said = self._mail(push) if isinstance(push, str) else self._push(push)
            except (httpx.ConnectError, ConnectionRefusedError):
                continue  # Nobody was there to take it.
            except (httpx.TransportError, OSError, SMTPException):
                return
        if said:
            self.refused.append(said)
        else:
            self.accepted.add(integration_id)

    def _push(self, push: Seed) -> str:
        with httpx.Client(base_url=self._victim.url, timeout=20) as client:
            answer = push.send(client, push.body)
        return "" if answer.is_success else f"{push.path}: {answer.status_code} {answer.text}"

    def _mail(self, address: str) -> str:
        with SMTP("127.0.0.1", self._mail_port, timeout=20) as client:
            client.sendmail("a@b.example", address, f"Subject: to {address}\r\n\r\nx")
        return ""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_any_door_accepted_survives_every_kill(tmp_path: Path, kind: str) -> None:
    folder, mail_port = tmp_path / "data", free_port()
    url = f"sqlite:///{folder}/tocsin.db"
    words = ["--smtp-in-listen", f"127.0.0.1:{mail_port}", "--smtp-in-domain", DOMAIN]
    if kind == "postgresql":
        url = create_database("tocsin_kill_doors")
        words += ["--database-url", url]
    victim = Victim(folder, words, seed=3)
    victim.start()
    senders, pause, rng = Senders(victim, mail_port), threading.Event(), Random(3)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(senders.send_all, pause)
        for _ in range(KILLS):
            pause.wait(rng.uniform(0.3, 1.2))
            victim.kill()
        sending.result()
    database = Database.open(url, SystemClock(), Ids(SystemClock(), system_chance()))
    until(lambda: is_digested(database), SETTLED_SECONDS_MAX)
    victim.stop()
    assert senders.refused == []
    assert len(senders.accepted) > len(DOORS), "nearly nothing was accepted"
    with database.read() as tx:
        became = {*tx.values(select(trace.c.integration_id))}
        became |= {*tx.values(select(change.c.integration_id))}
        became |= {*tx.values(select(settled_order.c.integration_id))}
        unread = tx.values(select(rejected.c.reason))
    assert (senders.accepted - became, unread) == (set(), []), "accepted and lost"
    database.close()


def is_digested(database: Database) -> bool:
    inbox = open_inbox(database)
    depth = inbox.depth()
    inbox.close()
    return depth == 0
