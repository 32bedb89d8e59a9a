"""`tocsin watch`: look after a server from another machine, and page by a way of its own."""

import argparse
import logging
import socket
import ssl
import threading
from contextlib import nullcontext
from typing import Any, Final

from tocsin.cli.configuration import add_settings, settings_of
from tocsin.cli.parser import Parser
from tocsin.cli.refusal import EXIT_FAILED, EXIT_USAGE, Refusal
from tocsin.cli.trial_listener import TrialListener
from tocsin.cli.watcher import Plan, Watcher, tell
from tocsin.edge import logs
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import Ids, system_chance
from tocsin.kernel.sealing import PHRASE_LENGTH_MIN
from tocsin.kernel.units import from_seconds

_DESCRIPTION: Final = """
Watch a server from a second machine. Every few seconds it exchanges signed heartbeats with the
server, and now and then has it send a page on trial, which must arrive. When the server is silent
or in trouble for longer than --patience, everybody named by --page is told, again every hour, and
once it is over. The server in turn tells its operator when a watcher falls silent.
Both need the same --watch-secret, of 32 or more characters of chance.
"""

_EXAMPLES: Final = """
tocsin watch https://tocsin.example.com --page tgram://TOKEN/CHAT
    told by Telegram, or by anything else that Apprise knows
tocsin watch https://tocsin.example.com --page https://hooks.example.com/x \\
        --listen 0.0.0.0:8760 --callback http://watcher.example.com:8760/
    pages on trial really travel to this machine
tocsin watch https://tocsin.example.com --once
    one look, for cron: the exit code is 1 when something is wrong
"""
_POLL_SECONDS: Final = 0.5

log = logging.getLogger(__name__)


def add(verbs: "argparse._SubParsersAction[Parser]", summary: str) -> None:
    parser = verbs.add_parser("watch", help=summary, description=_DESCRIPTION, examples=_EXAMPLES)
    parser.add_argument("url", metavar="URL", help="the server's address")
    parser.add_argument("--name", default=socket.gethostname()[:40], help="what it is known by")
    parser.add_argument(
        "--page",
        metavar="URL",
        action="append",
        default=[],
        help="whom to tell: an address to post JSON to, or a URL of Apprise; may be repeated",
    )
    for flag, default, text in (
        ("--every", 15, "seconds between looks"),
        ("--patience", 120, "seconds of trouble before somebody is told"),
        ("--trial-every", 300, "seconds between pages on trial"),
        ("--trial-within", 60, "seconds within which one must arrive"),
    ):
        shown = f"{text} [{default}]"
        parser.add_argument(flag, type=int, default=default, metavar="S", help=shown)
    parser.add_argument("--listen", default="", metavar="HOST:PORT", help="take trial pages here")
    parser.add_argument("--callback", default="", metavar="URL", help="how the server reaches that")
    parser.add_argument("--ca", default="", metavar="FILE", help="authority of the server's TLS")
    parser.add_argument("--once", action="store_true", help="look once and say how it is")
    add_settings(parser, ("watch_secret", "log_level"))
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    settings = settings_of(arguments)
    _check(arguments, settings.watch_secret)
    logs.configure(settings.log_level)
    clock = SystemClock()
    plan = Plan(
        url=arguments.url.rstrip("/"),
        name=arguments.name,
        secret=settings.watch_secret,
        patience_ms=from_seconds(arguments.patience),
        trial_every_ms=from_seconds(arguments.trial_every),
        trial_within_ms=from_seconds(arguments.trial_within),
        callback=arguments.callback,
    )
    listener = TrialListener(settings.watch_secret, clock)
    trust = _trust(arguments.ca)
    watcher = Watcher(plan, clock, Ids(clock, system_chance()), listener.has, trust)
    host, _, port = arguments.listen.rpartition(":")
    taking = listener.listening(host.strip("[]"), int(port)) if port else nullcontext(0)
    with taking:
        if arguments.once:
            return _once(watcher)
        pause = threading.Event()
        while True:
            word = watcher.look()
            if word and not tell(tuple(arguments.page), plan.url, word, trust):
                log.error("nobody could be told", extra={"problems": word.problems})
            pause.wait(arguments.every)


def _check(arguments: Any, secret: str) -> None:
    if len(secret) < PHRASE_LENGTH_MIN:
        raise Refusal(
            f"--watch-secret needs {PHRASE_LENGTH_MIN} or more characters, the same here and on"
            " the server.",
            EXIT_USAGE,
        )
    if not arguments.url.startswith(("http://", "https://")):
        raise Refusal("The server's URL must begin with https:// or http://.", EXIT_USAGE)
    if not arguments.page and not arguments.once:
        raise Refusal("Name whom to tell with --page URL, or look --once.", EXIT_USAGE)
    if bool(arguments.listen) != bool(arguments.callback):
        raise Refusal("--listen and --callback go together.", EXIT_USAGE)
    if arguments.listen and not arguments.listen.rpartition(":")[2].isdecimal():
        raise Refusal("--listen must be HOST:PORT, as 0.0.0.0:8760.", EXIT_USAGE)
    for name in ("every", "patience", "trial_every", "trial_within"):
        if getattr(arguments, name) < 1:
            raise Refusal(f"--{name.replace('_', '-')} must be 1 or more.", EXIT_USAGE)


def _trust(file: str) -> ssl.SSLContext | None:
    try:
        return ssl.create_default_context(cafile=file) if file else None
    except (OSError, ssl.SSLError) as failure:
        raise Refusal(f"--ca {file}: {failure}.", EXIT_USAGE) from None


def _once(watcher: Watcher) -> int:
    """Look until the page on trial has arrived or is late."""
    pause = threading.Event()
    problems = watcher.problems()
    while not problems and watcher.awaits_trial:
        pause.wait(_POLL_SECONDS)
        problems = watcher.problems()
    print("\n".join(problems) or "The server is well, and a page on trial arrived.")
    return EXIT_FAILED if problems else 0
