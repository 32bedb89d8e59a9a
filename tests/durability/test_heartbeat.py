"""`kill -9` while heartbeats fall silent and come back: each is missed once and recovers once."""

import threading
from pathlib import Path
from random import Random  # noqa: TID251 - a test's chances come from its seed

import httpx
import pytest

from tests.cli.program import until
from tests.durability.killing import Victim
from tests.e2e.product import today
from tests.postgres import create_database

HEARTBEATS = 6
KILLS = 8

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_kill_loses_or_doubles_a_missed_heartbeat(tmp_path: Path, kind: str) -> None:
    words = ["--database-url", create_database("tocsin_beats")] if kind == "postgresql" else []
    victim = Victim(tmp_path / "data", words, seed=7)
    victim.start()
    keys = prepare(victim)
    ping(victim, keys)
    kill_for_a_while(victim, Random(1))
    until(lambda: progress(victim) == ["Triggered"] * HEARTBEATS, 60)
    ping(victim, keys)
    victim.kill()
    until(lambda: progress(victim).count("Closed") >= HEARTBEATS, 60)
    victim.stop()


def prepare(victim: Victim) -> list[str]:
    """Heartbeats that are due in ten seconds; their keys."""
    team = victim.post("/team/upsert", {"team_name": "Operations"})["team_id"]
    channel = victim.post("/channel/create", {"channel_name": "All", "team_id": team})["channel_id"]
    wish = {"plugin_type": "heartbeat", "name": "Jobs", "channel_id": channel}
    sender = victim.post("/datasource/upsert", wish)["integration_id"]
    due = {"integration_id": sender, "period": 10, "grace": 0}
    return [
        victim.post("/heartbeat/create", {**due, "heartbeat_name": f"job {number}"})["ping_key"]
        for number in range(HEARTBEATS)
    ]


def kill_for_a_while(victim: Victim, rng: Random) -> None:
    """Until some time after the last one is due."""
    pause = threading.Event()
    for _ in range(KILLS):
        pause.wait(rng.uniform(1, 2))
        victim.kill()


def ping(victim: Victim, keys: list[str]) -> None:
    for key in keys:
        assert httpx.get(f"{victim.url}/ping/{key}", timeout=20).status_code == 200


def progress(victim: Victim) -> list[str]:
    found = victim.post("/incident/list", {**today(), "limit": 100})["items"]
    return sorted(one["progress"] for one in found)
