"""`kill -9` while errors come in: each issue opens one incident and its end closes that one."""

import threading
from pathlib import Path
from random import Random  # noqa: TID251 - a test's chances come from its seed
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.cli.program import until
from tests.durability.killing import Victim
from tests.e2e.product import today
from tests.postgres import create_database

ISSUES = 6
KILLS = 6

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_kill_loses_or_doubles_what_errors_page(tmp_path: Path, kind: str) -> None:
    words = ["--database-url", create_database("tocsin_paging")] if kind == "postgresql" else []
    victim = Victim(tmp_path / "data", words, seed=11)
    victim.start()
    application_id, address = prepare(victim)
    for number in range(ISSUES):
        assert httpx.post(address, json=error(number), timeout=20).is_success
    kill_for_a_while(victim, Random(1))
    until(lambda: progress(victim) == ["Triggered"] * ISSUES, 60)
    victim.post("/rum/issue/resolve", {"issue_ids": issue_ids(victim, application_id)})
    victim.kill()
    until(lambda: progress(victim) == ["Closed"] * ISSUES, 60)
    victim.stop()


def prepare(victim: Victim) -> tuple[str, str]:
    """An application whose issues alert a channel: its id, and where its errors are sent."""
    team = victim.post("/team/upsert", {"team_name": "Operations"})["team_id"]
    channel = victim.post("/channel/create", {"channel_name": "All", "team_id": team})["channel_id"]
    made = victim.post(
        "/rum/application/create",
        {
            "application_name": "Shop",
            "type": "browser",
            "team_id": team,
            "alerting": {"enabled": True, "channel_ids": [channel]},
        },
    )
    dsn = urlsplit(made["dsn"])
    address = f"{victim.url}/api{dsn.path}/store/?sentry_key={dsn.username}"
    return str(made["application_id"]), address


def error(number: int) -> dict[str, Any]:
    frame = {"function": f"total_{number}", "filename": "cart.py", "lineno": 3, "in_app": True}
    thrown = {
        "type": f"Error{'ABCDEF'[number]}",
        "value": "price",
        "stacktrace": {"frames": [frame]},
    }
    event_id = f"{number:032x}"
    return {"event_id": event_id, "platform": "python", "exception": {"values": [thrown]}}


def kill_for_a_while(victim: Victim, rng: Random) -> None:
    pause = threading.Event()
    for _ in range(KILLS):
        pause.wait(rng.uniform(0.2, 1))
        victim.kill()


def issue_ids(victim: Victim, application_id: str) -> list[str]:
    span = {name: at * 1000 for name, at in today().items()}
    found = victim.post("/rum/issue/list", {**span, "application_ids": [application_id]})["items"]
    return [one["issue_id"] for one in found]


def progress(victim: Victim) -> list[str]:
    found = victim.post("/incident/list", {**today(), "limit": 100})["items"]
    return sorted(one["progress"] for one in found)
