"""What docs/senders.md tells people to copy: every address is a door, every command works."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast
from tests.conftest import sqlite_database
from tests.server import Server
from tests.sources.watching import Watch
from tests.tools import need
from tocsin.kernel.units import DAY, seconds
from tocsin.sources.door import Door
from tocsin.sources.doors import DOORS
from tocsin.store.database import Database

SETUPS = {door.setup: door for door in reversed(DOORS) if door.setup}
ADDRESS = re.compile(r"\bURL(/[^\s\"'`,<]*)")


def doors(word: str) -> Any:
    """The doors whose text to copy has this word in it."""
    found = [door for setup, door in SETUPS.items() if word in setup]
    assert found, f"no sender is set up with {word}"
    return pytest.mark.parametrize("door", found, ids=lambda door: door.path)


@pytest.fixture
def database_url(tmp_path: Any) -> str:
    """Doors know no database: one engine is enough for all of them."""
    return sqlite_database(tmp_path)


@pytest.mark.parametrize("door", SETUPS.values(), ids=lambda door: door.path)
def test_every_address_is_a_door(door: Door, server: Server) -> None:
    for address in ADDRESS.findall(door.setup):
        if any(each.path.startswith(address) for each in DOORS):
            continue  # The sender itself puts the rest behind it.
        answer = server.request("HEAD", address.replace("KEY", "x" * 35))
        assert answer.status_code in (200, 204), address


@doors("curl -sS")
def test_every_command_is_accepted_and_read(
    door: Door, server: Server, database: Database, cast: Cast
) -> None:
    need("bash", "curl")
    watch = Watch(server, database, cast, door.plugin.type)
    script = door.setup.replace("curl -sS", "curl -sSf")
    script = script.replace("URL", server.base).replace("KEY", watch.key)
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert watch.rejections() == []
    now = seconds(server.clock.now())
    span = {"start_time": now - seconds(DAY), "end_time": now + 60}
    changes = watch.as_person("/change/list", span)["items"]
    assert changes or watch.alert["title"]


@doors("# alertmanager.yml")
def test_alertmanager_takes_its_file(door: Door, tmp_path: Path) -> None:
    need("amtool")
    file = tmp_path / "alertmanager.yml"
    receivers = filled(door.setup.partition("# alertmanager.yml\n")[2].partition("\n\n")[0])
    file.write_text(f"route: {{receiver: tocsin}}\n{receivers}")
    told = subprocess.run(["amtool", "check-config", file], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


@doors("# prometheus.yml")
def test_prometheus_takes_its_file(door: Door, tmp_path: Path) -> None:
    need("promtool")
    file = tmp_path / "prometheus.yml"
    file.write_text(filled(door.setup))
    told = subprocess.run(["promtool", "check", "config", file], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


def filled(setup: str) -> str:
    known = {"URL": "http://tocsin.example:8750", "HOST": "tocsin.example:8750", "KEY": "x" * 35}
    for name, value in known.items():
        setup = re.sub(rf"\b{name}\b", value, setup)
    return setup
