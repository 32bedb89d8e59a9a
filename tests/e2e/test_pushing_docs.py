"""The commands of docs/pushing.md, run as they stand there."""

import os
import re
import subprocess
from pathlib import Path

import msgspec

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.push import engine
from tests.server import Server
from tocsin.kernel.clock import SystemClock
from tocsin.store.database import Database

PAGE = Path(__file__).parents[2] / "docs" / "pushing.md"


def run(script: str, server: Server, key: str) -> str:
    variables = {**os.environ, "URL": server.base, "KEY": key}
    command = ["bash", "-euc", script]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=True).stdout


def test_the_documented_commands_lead_from_nothing_to_an_incident(
    server: Server, cast: Cast, database: Database, clock: VirtualClock
) -> None:
    clock.instant = SystemClock().now()
    setup, push, look = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    answer = msgspec.json.decode(run(setup + push, server, cast.alice.key))
    assert answer["data"] == {"alert_key": "cpu-db1"}
    engine(database)
    helpers = setup.partition("\n\n")[0] + "\n"
    [found] = msgspec.json.decode(run(helpers + look, server, cast.alice.key))["data"]["items"]
    assert (found["title"], found["channel_name"]) == ("cpu on db1", "Payments")
