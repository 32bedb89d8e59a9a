"""`tocsin`: one command, its verbs loaded only when they are used."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from textwrap import fill
from typing import Any, Final

from tocsin.cli.parser import Parser
from tocsin.cli.refusal import EXIT_FAILED, Refusal
from tocsin.kernel.errors import Failure

COMMANDS: Final = {
    "serve": "start the server, with its engine beside it",
    "engine": "run an engine on its own, beside others on PostgreSQL",
    "migrate": "bring the database to the schema of this version",
    "doctor": "check what a server needs, and say what to do",
    "demo": "show a company that lives in a throw-away folder",
    "watch": "look after a server from another machine",
    "key": "make, list and revoke keys",
    "member": "make members, and call the operations on them",
    "application": "show what SDKs are configured with",
    "version": "print the version",
}

LOCAL_VERBS: Final = {"member": ("create", "password", "link")}
"""Commands that share their name with a noun of the operation table, and what is theirs."""

_EXAMPLES: Final = """
tocsin serve                              a server on http://127.0.0.1:8750, data in ./data
tocsin serve --database-url postgresql://tocsin@db/tocsin --workers 4
tocsin key create --name ci               a key, made on the server's own machine
tocsin incident list --limit 5            any operation, with TOCSIN_URL and TOCSIN_APP_KEY set
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
    except SystemExit as left:
        # This is how argparse leaves once it has shown a help page.
        return int(left.code or 0)
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing is left to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED


def _dispatch(words: list[str]) -> int:
    chosen = words[0] if words else "--help"
    if _is_operation(words):
        return int(_verbs().run(words))
    parser = Parser(
        prog="tocsin",
        description="Incident response: errors and alerts in, issues and incidents out.",
        examples=_EXAMPLES,
    )
    verbs = parser.add_subparsers(metavar="COMMAND", dest="command", parser_class=Parser)
    for name, summary in COMMANDS.items():
        if name == chosen:
            # A module is imported when its command is asked for: `version` needs no database.
            import_module(f"tocsin.cli.{chosen}").add(verbs, summary)
        else:
            verbs.add_parser(name, help=summary)
    if chosen.startswith("-"):
        parser.epilog = f"{_operations()}\n\n{parser.epilog}"
    found, unknown = parser.parse_known_args(words or [chosen])
    if unknown:
        found.parser.reject(unknown)
    if "run" not in found:
        found.parser.print_help()
        return 0
    return int(found.run(found))


def _is_operation(words: list[str]) -> bool:
    """Whether to look the words up in the operation table instead of among the commands."""
    if not words or words[0].startswith("-"):
        return False
    if words[0] in COMMANDS:
        local = LOCAL_VERBS.get(words[0])
        return bool(local and words[1:] and not words[1].startswith("-") and words[1] not in local)
    return words[0] in _verbs().nouns()


def _operations() -> str:
    listed = fill(", ".join(_verbs().nouns()), 76, initial_indent="  ", subsequent_indent="  ")
    return (
        "operations, called on a server by --url and --key (tocsin NOUN lists its verbs):\n"
        f"{listed}"
    )


def _verbs() -> Any:
    """The operations as commands; imported only when asked for, as all of them take a while."""
    return import_module("tocsin.cli.verb")
