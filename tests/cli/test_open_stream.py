"""An open console beside the real program, whose engine is a process of its own."""

import json
from pathlib import Path
from typing import Any

import httpx

from tests.cli.program import Running, serving


def call(server: Running, path: str, body: dict[str, Any]) -> Any:
    url = f"{server.url}{path}?app_key={server.key}"
    return httpx.post(url, json=body, timeout=20).json()["data"]


def test_it_hears_of_what_the_engine_made_and_holds_no_stop_up(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        team = call(server, "/team/upsert", {"team_name": "Web"})["team_id"]
        channel = call(server, "/channel/create", {"channel_name": "Web", "team_id": team})
        wish = {"plugin_type": "standard.alert", "name": "x", "channel_id": channel["channel_id"]}
        key = call(server, "/datasource/upsert", wish)["integration_key"]
        stream = f"{server.url}/events/stream?app_key={server.key}"
        with httpx.stream("GET", stream, timeout=60) as response:
            lines = response.iter_lines()
            assert any(line == "event: hello" for line in lines)
            event = {"event_status": "Critical", "title_rule": "Down", "labels": {"host": "web1"}}
            door = f"{server.url}/event/push/alert/standard?integration_key={key}"
            httpx.post(door, json=event, timeout=20).raise_for_status()
            heard: set[str] = set()
            while "incident" not in heard:
                line = next(lines)
                if line.startswith("data: "):
                    told = json.loads(line.removeprefix("data: ")).get("items", [])
                    heard |= {item["about"] for item in told}
            assert server.stop() == 0
            assert all("data" not in line for line in lines), "the stream ended by itself"
