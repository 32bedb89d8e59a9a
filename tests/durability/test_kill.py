"""`kill -9` at random moments under load: what was accepted is kept, what is owed is done."""

import os
import threading
from collections import Counter
from pathlib import Path
from random import Random  # noqa: TID251 - a test's chances come from its seed

import httpx
import pytest
from sqlalchemy import select

from tests.cli.program import until
from tests.durability.killing import (
    SETTLED_SECONDS_MAX,
    Ids,
    Load,
    Receiver,
    Targets,
    Victim,
    error_doors,
)
from tests.outbound.servers import http_server
from tests.postgres import create_database
from tocsin.domain.delivery import DeliveryStatus
from tocsin.domain.incident import Progress
from tocsin.engine.coverage_watch import DUE
from tocsin.engine.issue import CHECK
from tocsin.kernel import ids
from tocsin.kernel.clock import SystemClock
from tocsin.store.database import Database
from tocsin.store.inbox import open_inbox
from tocsin.store.tables.alert import alert
from tocsin.store.tables.engine import delivery, rejected, timer
from tocsin.store.tables.error_extra import issue_feedback
from tocsin.store.tables.incident import incident
from tocsin.store.tables.issue import issue, issue_event
from tocsin.store.tables.rum import rum_event

ROUNDS = int(os.environ.get("TOCSIN_KILL_ROUNDS", "10"))
# The longer it goes on, the slower: what is left to do at the end stays about the same.
PAUSE_SECONDS = min(0.02 * max(1, ROUNDS / 10), 0.2)
SEED = int(os.environ.get("TOCSIN_SEED", "1"))

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_accepted_survives_every_kill(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "data"
    url = f"sqlite:///{folder}/tocsin.db"
    words = []
    if kind == "postgresql":
        url = create_database("tocsin_kill")
        words = ["--database-url", url]
    receiver, rng, pause = Receiver(), Random(SEED), threading.Event()
    with http_server(receiver) as port:
        victim = Victim(folder, words, SEED)
        victim.start()
        with Load(prepare(victim, port), PAUSE_SECONDS) as load:
            for _ in range(ROUNDS):
                pause.wait(rng.uniform(0.1, 1.5))
                victim.kill()
        clock = SystemClock()
        database = Database.open(url, clock, ids.Ids(clock, ids.system_chance()))
        until(lambda: at_rest(database), SETTLED_SECONDS_MAX)
        victim.stop()
    assert min(len(load.alerts), len(load.errors)) > 3 * ROUNDS, "there was no load"
    check_alerts(database, load.alerts, receiver)
    check_errors(database, load.errors)
    database.close()
    print(
        f"{kind}: {len(load.alerts)} alerts and {len(load.errors)} errors accepted,"
        f" {load.unanswered} unanswered, {receiver.repeats} repeated, {Counter(victim.kills)}"
    )


def prepare(victim: Victim, port: int) -> Targets:
    """A channel whose incidents close by timer after a second, a webhook, an application."""
    team = victim.post("/team/upsert", {"team_name": "Ops"})["team_id"]
    channel = {"channel_name": "Load", "team_id": team, "auto_resolve_timeout": 1}
    channel_id = victim.post("/channel/create", channel)["channel_id"]
    hook = {"endpoint": f"http://127.0.0.1:{port}/", "event_types": ["i_new", "i_rslv"]}
    hook_wish = {"plugin_type": "incident.webhook", "name": "Hook", "settings": hook}
    victim.post("/datasource/upsert", hook_wish)
    wish = {"plugin_type": "standard.alert", "name": "Scripts", "channel_id": channel_id}
    key = victim.post("/datasource/upsert", wish)["integration_key"]
    application = {"application_name": "shop", "type": "browser", "team_id": 0}
    made = victim.post("/rum/application/create", application)
    return Targets(
        push=f"{victim.url}/event/push/alert/standard?integration_key={key}",
        errors=error_doors(victim.url, httpx.URL(made["dsn"]), made["client_token"]),
    )


def at_rest(database: Database) -> bool:
    """Nothing waits to be digested, fired or sent; mails find no relay here."""
    inbox = open_inbox(database)
    depth = inbox.depth()
    inbox.close()
    with database.read() as tx:
        owed = select(delivery.c.id).where(delivery.c.method == "webhook")
        pending = owed.where(delivery.c.status == DeliveryStatus.PENDING)
        open_ = select(incident.c.incident_id).where(incident.c.progress != Progress.CLOSED)
        return not depth and tx.value(pending) is None and tx.value(open_) is None


def check_errors(database: Database, accepted: set[Ids]) -> None:
    with database.read() as tx:
        events = Counter(tx.values(select(issue_event.c.event_id)))
        counted = tx.values(select(issue.c.error_count))
        told = set(tx.values(select(rum_event.c.event_id)))
        words = Counter(tx.values(select(issue_feedback.c.message)))
    lost = {ids for ids in accepted if not any(each in events for each in ids)}
    assert lost == set(), "accepted and lost"
    assert words.keys() <= events.keys(), "the words of an envelope went with its error"
    assert max(words.values()) == 1
    assert sum(counted) == len(events), "each event is counted once"
    assert max(events.values()) == 1
    assert told <= set(events), "what a session tells of its errors is what came of them"


def check_alerts(database: Database, accepted: set[str], receiver: Receiver) -> None:
    with database.read() as tx:
        alerts = Counter(tx.values(select(alert.c.title)))
        incidents = Counter(tx.values(select(incident.c.title)))
        failed = tx.values(
            select(delivery.c.last_error).where(delivery.c.status == DeliveryStatus.FAILED)
        )
        refused = tx.values(select(rejected.c.reason))
        timers = tx.values(select(timer.c.kind).where(timer.c.kind.not_in((CHECK, DUE))))
    assert accepted - set(alerts) == set(), "accepted and lost"
    assert accepted - set(incidents) == set(), "accepted without an incident"
    assert max(alerts.values()) == max(incidents.values()) == 1, "digested twice"
    assert (refused, failed, timers) == ([], [], [])
    for event_type in ("i_new", "i_rslv"):
        assert receiver.about(event_type) == set(incidents), f"{event_type} owed and not sent"
    assert receiver.unmarked_repeats == []
