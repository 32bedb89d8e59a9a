"""`tocsin doctor`."""

import argparse
from typing import Any, Final

from tocsin.cli.check_database import check_database
from tocsin.cli.check_machine import check_machine
from tocsin.cli.configuration import add_settings, settings_of
from tocsin.cli.finding import Finding, Level
from tocsin.cli.parser import Parser
from tocsin.cli.refusal import EXIT_FAILED
from tocsin.kernel.clock import SystemClock

_DESCRIPTION: Final = """
Check what a server needs, with the settings it would run with, and change nothing. Each line is
ok, warn or fail, with the next step; the exit code is 1 when one of them failed.
"""

_EXAMPLES: Final = """
tocsin doctor
tocsin doctor --database-url postgresql://tocsin@db/tocsin --smtp-host mail.acme.example
"""

_SUBJECT_WIDTH: Final = 11
_STEP: Final = " " * 19 + "-> "


def add(verbs: "argparse._SubParsersAction[Parser]", summary: str) -> None:
    parser = verbs.add_parser("doctor", help=summary, description=_DESCRIPTION, examples=_EXAMPLES)
    add_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    settings, clock = settings_of(arguments), SystemClock()
    failed = False
    for check in (check_machine, check_database):
        for finding in check(settings, clock):
            print(_line(finding), flush=True)
            failed = failed or finding.level is Level.FAIL
    return EXIT_FAILED if failed else 0


def _line(finding: Finding) -> str:
    told = f"{finding.level:<4}  {finding.subject:<{_SUBJECT_WIDTH}}  {finding.text}"
    return "\n".join([told, *(f"{_STEP}{each.strip()}" for each in finding.step.splitlines())])
