"""`tocsin migrate`."""

import argparse
from typing import Any, Final

from tocsin.cli.configuration import STORAGE, add_settings, settings_of
from tocsin.cli.first_start import migrate, say
from tocsin.cli.opening import open_database
from tocsin.cli.parser import Parser

_DESCRIPTION: Final = """
Bring the database to the schema of this version, in one transaction; nothing happens where it is
there already. `tocsin serve` does this when it starts; run it by hand before a rolling upgrade.
"""

_EXAMPLES: Final = """
tocsin migrate
tocsin migrate --database-url postgresql://tocsin@db/tocsin
"""


def add(verbs: "argparse._SubParsersAction[Parser]", summary: str) -> None:
    parser = verbs.add_parser("migrate", help=summary, description=_DESCRIPTION, examples=_EXAMPLES)
    add_settings(parser, STORAGE)
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    database = open_database(settings_of(arguments))
    try:
        if not migrate(database):
            say("The database is at this version already.")
    finally:
        database.close()
    return 0
