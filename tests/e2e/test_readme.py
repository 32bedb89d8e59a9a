"""The commands of the README, run in its order, lead to a first issue and a first incident."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.product import Product, eventually
from tests.tools import need

pytestmark = pytest.mark.slow
README = Path(__file__).parents[2] / "README.md"


class Reader:
    """Somebody who pastes block after block into one shell."""

    def __init__(self, product: Product) -> None:
        need("bash", "curl")
        text = README.read_text("utf-8").partition("## Your first error")[2]
        blocks = re.findall(r"```(sh|python)\n(.*?)```", text, re.DOTALL)
        self.shell = [block for kind, block in blocks if kind == "sh"]
        self.program = next(block for kind, block in blocks if kind == "python")
        self._product = product
        self._before = ""

    def paste(self, number: int) -> str:
        """What the block of that number prints, after all that was pasted to set things up."""
        block = self.shell[number].replace("http://127.0.0.1:8750", self._product.url)
        block = block.replace("the-app-key", self._product.key)
        tocsin = f'tocsin() {{ "{sys.executable}" -m tocsin "$@"; }}\n'
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", tocsin + self._before + block],
            env=os.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        self._before += "\n".join(line for line in block.splitlines() if "export " in line) + "\n"
        return done.stdout


def test_the_first_error_and_the_first_alert(product: Product) -> None:
    reader = Reader(product)
    made = reader.paste(0)
    dsn = re.search(r"dsn +(\S+)", made)
    assert dsn, made
    program = reader.program.replace("the-dsn", dsn[1])
    crashed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert "ZeroDivisionError" in crashed.stderr
    eventually(lambda: "for_review" in reader.paste(1), "the issue is listed")
    reader.shell[3] = reader.shell[2] + reader.shell[3]
    assert "disk-db1" in reader.paste(3)
    eventually(lambda: "disk is full on db1" in reader.paste(4), "the incident is listed")
