"""The commands of docs/alertmanager.md, run as they stand there."""

import os
import re
import subprocess
from pathlib import Path

from tests.cast import Cast
from tests.push import engine
from tests.server import Server
from tests.sources.watching import Watch
from tests.tools import need
from tocsin.store.database import Database

PAGE = Path(__file__).parents[3] / "docs" / "alertmanager.md"


def test_the_documented_commands_add_show_and_end(
    server: Server, database: Database, cast: Cast
) -> None:
    need("amtool", "bash")
    watch = Watch(server, database, cast, "prometheus")
    add, look = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    helper = add.partition("\n\n")[0] + "\n"

    def run(script: str) -> str:
        variables = {**os.environ, "URL": server.base, "KEY": watch.key}
        command = ["bash", "-euc", script]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
        return done.stdout

    run(add)
    engine(database)
    shown = run(helper + look)
    assert "load is high on db" in shown
    assert "planned work" in shown
    assert "job=db" not in run(helper + "am silence query")
