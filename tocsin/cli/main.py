"""`tocsin`: one command, its verbs loaded only when they are used."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from tocsin.cli.parser import Parser
from tocsin.cli.refusal import EXIT_FAILED, Refusal
from tocsin.kernel.errors import Failure

COMMANDS: Final = {
    "serve": "start the server, with its engine beside it",
    "engine": "run an engine on its own, beside others on PostgreSQL",
    "migrate": "bring the database to the schema of this version",
    "key": "make, list and revoke keys",
    "member": "make members, and call the operations on them",
    "application": "show what SDKs are configured with",
    "version": "print the version",
}

_EXAMPLES: Final = """
tocsin serve                              a server on http://127.0.0.1:8750, data in ./data
tocsin serve --database-url postgresql://tocsin@db/tocsin --workers 4
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 1 when it failed, 2 when it was not understood."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _dispatch(words)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return refusal.exit_code
    except Failure as failure:
        print(failure.message(), file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_FAILED


def _dispatch(words: list[str]) -> int:
    parser = Parser(
        prog="tocsin",
        description="Incident response: errors and alerts in, issues and incidents out.",
        examples=_EXAMPLES,
    )
    verbs = parser.add_subparsers(metavar="COMMAND", dest="command", parser_class=Parser)
    chosen = words[0] if words else ""
    for name, summary in COMMANDS.items():
        if name != chosen:
            verbs.add_parser(name, help=summary)
    if chosen in COMMANDS:
        # A module is imported when its command is asked for: `version` needs no database.
        import_module(f"tocsin.cli.{chosen}").add(verbs, COMMANDS[chosen])
    found, unknown = parser.parse_known_args(words)
    if unknown:
        found.parser.reject(unknown)
    if "run" not in found:
        found.parser.print_help()
        return 0
    code: int = found.run(found)
    return code
