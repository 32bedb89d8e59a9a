"""The demo's company: a day of it told, and the server that goes on with it."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.cli.program import Running, serving
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.units import seconds

DAY = 86_400


def caller(demo: Running) -> Callable[..., Any]:
    """Calls operations with the key that the demo shows."""

    def call(path: str, **wish: Any) -> Any:
        answer = httpx.post(demo.url + path, params={"app_key": demo.key}, json=wish, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    return call


def test_a_company_lives_in_the_demo(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--days", "1", "--still", verb="demo") as demo:
        call = caller(demo)
        now = seconds(SystemClock().now())
        page = call("/incident/list", start_time=now - 2 * DAY, end_time=now + 60, limit=100)
        states = Counter(one["progress"] for one in page["items"])
        assert min(states[one] for one in ("Triggered", "Processing", "Closed")) > 0, states
        assert any(one["snoozed_before"] > now for one in page["items"])
        assert any(one["root_cause"] for one in page["items"])
        (storm,) = [one for one in page["items"] if one["alert_cnt"] > 20]
        feed = call("/incident/feed", incident_id=storm["incident_id"], limit=100)["items"]
        assert {"i_new", "i_ack", "i_comm", "i_storm"} <= {one["type"] for one in feed}, feed
        issues = call("/rum/issue/list", start_time=(now - 2 * DAY) * 1000, end_time=now * 1000)
        assert {one["error"]["type"] for one in issues["items"]} > {"TypeError", "ProviderTimeout"}
        told = re.search(r"(\d+) mails went to its people", demo.greeting)
        assert told, demo.greeting
        assert int(told[1]) > 10
