"""`tocsin engine`: digest what came in, fire timers, send what is owed, forget what is old."""

import argparse
import gc
import signal
import sys
from collections.abc import Collection
from types import FrameType
from typing import Any, Final

from tocsin.cli.child import follow_parent
from tocsin.cli.configuration import add_settings, settings_of
from tocsin.cli.opening import only_one, open_database, require_schema
from tocsin.cli.parser import Parser
from tocsin.edge import logs
from tocsin.engine import handlers
from tocsin.engine.runner import Runner
from tocsin.store.database import Bell
from tocsin.store.inbox import open_inbox

COLLECT_AFTER: Final = 50_000
"""Objects made and kept before the collector looks through them."""

SWITCH_SECONDS: Final = 0.0005
"""How long one thread may compute before another has its turn: a sender gives up its turn several
times in a conversation, and is not to wait for a whole batch each time."""

_DESCRIPTION: Final = """
Run an engine: it digests what the doors accepted, fires timers and sends what is owed.
`tocsin serve` keeps one beside it; on PostgreSQL more of them may run, on any machine, to share
the work. SIGTERM or Ctrl-C stops it when the turns at work are done; a second one stops it at once.
"""

_EXAMPLES: Final = """
tocsin serve --no-engine --database-url postgresql://tocsin@db/tocsin
tocsin engine --database-url postgresql://tocsin@db/tocsin
"""


def add(verbs: "argparse._SubParsersAction[Parser]", summary: str) -> None:
    parser = verbs.add_parser("engine", help=summary, description=_DESCRIPTION, examples=_EXAMPLES)
    add_settings(parser)
    # Set by `tocsin serve`, whose end closes standard input.
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    doorbell = _Doorbell()
    if arguments.with_parent:
        follow_parent(doorbell.ring)
    settings = settings_of(arguments)
    logs.configure(settings.log_level)
    # The engine of a server that was killed may still be ending: the next server's waits for it.
    with only_one(settings, "engine", patient=arguments.with_parent):
        database = open_database(settings)
        try:
            require_schema(database)
            runner = Runner(database, open_inbox(database), handlers.work(database, settings))
            doorbell.heard = runner.wake
            _stop_on_signals(runner)
            _collect_seldom()
            sys.setswitchinterval(SWITCH_SECONDS)
            runner.run()
        finally:
            database.close()
    return 0


class _Doorbell:
    """What the parent rings, which may be before anybody is there to hear it."""

    def __init__(self) -> None:
        self.heard: Bell = lambda _: None

    def ring(self, names: Collection[str]) -> None:
        self.heard(names)


def _collect_seldom() -> None:
    """Look for cycles of garbage among what is new, and not over and over among all that was
    loaded at the start: digesting makes many objects and hardly a cycle."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


def _stop_on_signals(runner: Runner) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        runner.stop()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)
