"""`tocsin version`."""

import argparse
import platform
from typing import Any

from tocsin import __version__
from tocsin.cli.parser import Parser


def add(verbs: "argparse._SubParsersAction[Parser]", summary: str) -> None:
    parser = verbs.add_parser(
        "version", help=summary, description="Print the version.", examples="tocsin version"
    )
    parser.set_defaults(run=run)


def run(_arguments: Any) -> int:
    print(f"tocsin {__version__} (Python {platform.python_version()})")
    return 0
