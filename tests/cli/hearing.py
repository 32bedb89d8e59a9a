"""A child that writes down what its parent rings for: `python -m tests.cli.hearing PATH`."""

import sys
import threading
from collections.abc import Collection
from pathlib import Path

from tocsin.cli.child import follow_parent


def note(names: Collection[str]) -> None:
    with Path(sys.argv[1]).open("a") as file:
        file.writelines(f"{name}\n" for name in sorted(names))


if __name__ == "__main__":
    follow_parent(note)
    note(["up"])
    threading.Event().wait()
