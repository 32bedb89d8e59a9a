"""`kill -9` at random moments while people are paged: nobody is missed, and repeats are marked.

Every incident must reach three: a person by mail and a chat robot at once, and a second address
when its time to gather alerts is over. The relay and the robot's service are real servers.
"""

import os
import re
import sys
import threading
from collections import Counter
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from random import Random  # noqa: TID251 - a test's chances come from its seed
from subprocess import PIPE, Popen
from typing import Any

import pytest
from sqlalchemy import select

from tests.cli.program import environment, until
from tests.durability.killing import SETTLED_SECONDS_MAX, Load, Targets, Victim
from tests.escalation import BY_PREFERENCE, TEMPLATE
from tests.outbound.servers import Mailbox, http_server, mail_server, reply
from tests.postgres import create_database
from tocsin.domain.delivery import DeliveryStatus
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import Ids, system_chance
from tocsin.kernel.units import MINUTE
from tocsin.outbound.email import MAY_REPEAT_HEADER
from tocsin.store.database import Database
from tocsin.store.inbox import open_inbox
from tocsin.store.tables.contact import page_attempt
from tocsin.store.tables.engine import delivery, timer
from tocsin.store.tables.incident import incident

ROUNDS = int(os.environ.get("TOCSIN_KILL_ROUNDS", "10"))
PAUSE_SECONDS = min(0.1 * max(1, ROUNDS / 10), 1.0)
SEED = int(os.environ.get("TOCSIN_SEED", "1"))
ENGINES = 3
DUTY = "duty@acme.example"
ALLOWED = {"TOCSIN_OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8", "TOCSIN_RATE_LIMITS": "false"}
# In a long run the levels of the first incidents end while the last ones are told of.
REST_SECONDS_MAX = SETTLED_SECONDS_MAX + 5 * 60
TITLE = re.compile(r"alert \d-\d+")

pytestmark = pytest.mark.slow


class Chat:
    """A robot's service: which incidents it heard of, and repeats that were not marked as such."""

    def __init__(self) -> None:
        self.heard: Counter[str] = Counter()
        self.unmarked: Counter[str] = Counter()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        said = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        title = TITLE.findall(said)[0]
        self.heard[title] += 1
        self.unmarked[title] += "may be a repeat" not in said
        reply(handler, 200, b"ok")


class Paging:
    """The servers that pages arrive at, and what a product needs to page through them."""

    def __init__(self, stack: ExitStack, seed: int = SEED) -> None:
        self.mailbox, self.chat = Mailbox(), Chat()
        mail_port = stack.enter_context(mail_server(self.mailbox))
        self._chat_port = stack.enter_context(http_server(self.chat))
        self.words = ["--smtp-host", "127.0.0.1", "--smtp-port", str(mail_port)]
        self.rng = Random(seed)

    def prepare(self, victim: Victim) -> Targets:
        """A channel whose rule gathers alerts for a second and then tells all three."""
        team = victim.post("/team/upsert", {"team_name": "Ops"})["team_id"]
        wish = {"channel_name": "Load", "team_id": team}
        channel_id = victim.post("/channel/create", wish)["channel_id"]
        owner = victim.post("/member/list", {})["items"][0]["member_id"]
        robot = {"type": "slack", "settings": {"token": f"http://127.0.0.1:{self._chat_port}/x"}}
        target = {
            "person_ids": [owner],
            "emails": [DUTY],
            "by": BY_PREFERENCE,
            "webhooks": [robot],
        }
        rule = {
            "channel_id": channel_id,
            "rule_name": "Wake",
            "template_id": TEMPLATE,
            "layers": [{"target": target}],
            "aggr_window": 1,
        }
        victim.post("/channel/escalate/rule/create", rule)
        sender = {"plugin_type": "standard.alert", "name": "Scripts", "channel_id": channel_id}
        key = victim.post("/datasource/upsert", sender)["integration_key"]
        return Targets(f"{victim.url}/event/push/alert/standard?integration_key={key}")

    def check(self, database: Database, accepted: set[str]) -> str:
        """Everybody was told of everything; what came twice says so. A line about the figures."""
        mails = {DUTY: Counter[str](), "": Counter[str]()}
        ids: Counter[str] = Counter()
        plain: Counter[str] = Counter()
        for mail in self.mailbox.mails:
            name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
            ids[name] += 1
            plain[name] += mail[MAY_REPEAT_HEADER] is None
            to = DUTY if DUTY in str(mail["To"]) else ""
            mails[to].update(set(TITLE.findall(str(mail["Subject"]))))
        with database.read() as tx:
            titles = Counter(tx.values(select(incident.c.title)))
            owed = tx.tuples(select(delivery.c.id, delivery.c.method, delivery.c.status))
            attempts = tx.tuples(
                select(page_attempt.c.incident_id, page_attempt.c.held, page_attempt.c.delivery_id)
            )
            known = set(tx.values(select(incident.c.incident_id)))
        assert accepted - set(titles) == set(), "accepted and lost"
        assert max(titles.values()) == 1, "digested twice"
        assert {status for _, _, status in owed} == {DeliveryStatus.SENT}
        assert {one for one, method, _ in owed if method == "email"} == set(ids), "not all arrived"
        assert set(mails[DUTY]) == set(self.chat.heard) == set(titles), "a page is missed"
        assert known == {one for one, _, _ in attempts}, "the person was not told of all"
        assert {sent for _, held, sent in attempts if not held} <= set(ids)
        assert not any(held for _, held, _ in attempts), "held back for good"
        assert max((*plain.values(), *self.chat.unmarked.values())) == 1, "a repeat without mark"
        repeats = sum(ids.values()) - len(ids) + sum(self.chat.heard.values()) - len(titles)
        return f"{len(titles)} incidents, {len(owed)} pages, {repeats} repeats"


def at_rest(database: Database) -> bool:
    """Nothing waits to be digested, gathered or sent; levels end minutes later."""
    inbox = open_inbox(database)
    depth = inbox.depth()
    inbox.close()
    with database.read() as tx:
        pending = select(delivery.c.id).where(delivery.c.status == DeliveryStatus.PENDING)
        soon = select(timer.c.kind).where(timer.c.due_at < tx.now + MINUTE)
        return not depth and tx.value(pending) is None and tx.value(soon) is None


def opened(url: str) -> Database:
    return Database.open(url, SystemClock(), Ids(SystemClock(), system_chance()))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nobody_s_page_is_missed_whatever_is_killed(tmp_path: Path, kind: str) -> None:
    folder, pause = tmp_path / "data", threading.Event()
    url = f"sqlite:///{folder}/tocsin.db"
    with ExitStack() as stack:
        paging = Paging(stack)
        words = paging.words
        if kind == "postgresql":
            url = create_database("tocsin_kill_pages")
            words = [*words, "--database-url", url]
        victim = Victim(folder, words, SEED)
        victim.start()
        with Load(paging.prepare(victim), PAUSE_SECONDS) as load:
            for _ in range(ROUNDS):
                pause.wait(paging.rng.uniform(0.1, 1.5))
                victim.kill()
        database = opened(url)
        until(lambda: at_rest(database), REST_SECONDS_MAX)
        victim.stop()
    assert len(load.alerts) > ROUNDS, "there was no load"
    print(f"{kind}: {paging.check(database, load.alerts)}, {Counter(victim.kills)}")
    database.close()


class Engines:
    """Engines in processes of their own, one of which is killed now and then."""

    def __init__(self, folder: Path, words: list[str]) -> None:
        self._command = [
            sys.executable,
            "-m",
            "tocsin",
            "engine",
            "--data-dir",
            str(folder),
            *words,
        ]
        self._log = folder.parent / "engines.log"
        self._at_work: list[Popen[bytes]] = []

    def __enter__(self) -> "Engines":
        for _ in range(ENGINES):
            self._start()
        return self

    def _start(self) -> None:
        with self._log.open("ab") as log:
            self._at_work.append(
                Popen(self._command, stdin=PIPE, stderr=log, env=environment(**ALLOWED))
            )

    def kill_one(self, rng: Random) -> None:
        """Another takes its place."""
        victim = self._at_work.pop(rng.randrange(ENGINES))
        assert victim.poll() is None, f"it had ended by itself:\n{self._log.read_text()}"
        self._end(victim)
        self._start()

    def __exit__(self, *_: Any) -> None:
        for each in self._at_work:
            self._end(each)

    def _end(self, process: "Popen[bytes]") -> None:
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()


def test_three_engines_miss_no_page_while_one_of_them_is_killed_again_and_again(
    tmp_path: Path,
) -> None:
    folder, pause = tmp_path / "data", threading.Event()
    with ExitStack() as stack:
        paging = Paging(stack)
        url = create_database("tocsin_kill_engines")
        words = [*paging.words, "--database-url", url]
        victim = Victim(folder, [*words, "--no-engine"], SEED)
        victim.start()
        database = opened(url)
        with Engines(folder, words) as engines:
            with Load(paging.prepare(victim), PAUSE_SECONDS) as load:
                for _ in range(ROUNDS):
                    pause.wait(paging.rng.uniform(0.5, 1.5))
                    engines.kill_one(paging.rng)
            until(lambda: at_rest(database), REST_SECONDS_MAX)
        victim.stop()
    assert len(load.alerts) > ROUNDS, "there was no load"
    print(f"three engines: {paging.check(database, load.alerts)}, {ROUNDS} kills")
    database.close()
