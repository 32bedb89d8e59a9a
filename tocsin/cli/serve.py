"""`tocsin serve`: the parent of everything. It answers requests itself, or watches workers that do,
and keeps an engine running beside them."""

import argparse
import os
import signal
import socket
import threading
from collections.abc import Collection
from types import FrameType
from typing import Any, Final

from tocsin.cli.child import Child
from tocsin.cli.configuration import add_settings, settings_of
from tocsin.cli.first_start import prepare, say
from tocsin.cli.listening import listen, require_mail_place, require_safe, vague_address
from tocsin.cli.opening import only_one, open_database
from tocsin.cli.parser import Parser
from tocsin.cli.refusal import EXIT_USAGE, Refusal
from tocsin.cli.tls import Certificate, certificate_of, paths
from tocsin.edge import logs, process
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database
from tocsin.store.doorbell import notifying

_DESCRIPTION: Final = """
Start the server: the Open API, the doors for SDKs and alerts, and an engine.
An empty database is migrated, and an account, its owner and an app key are made and shown once.
SIGTERM or Ctrl-C stops it when requests and turns at work are done; a second one stops it at once.
"""

_EXAMPLES: Final = """
tocsin serve
    this machine only, SQLite in ./data
tocsin serve --host 0.0.0.0 --tls-self-signed
    the network, encrypted with a certificate made in the data folder
tocsin serve --host 0.0.0.0 --trusted-proxies 10.0.0.5 --public-url https://tocsin.example.com
    behind a proxy at 10.0.0.5 that terminates TLS
tocsin serve --database-url postgresql://tocsin@db/tocsin --workers 4
    PostgreSQL, four processes for requests and one engine
"""


def add(verbs: "argparse._SubParsersAction[Parser]", summary: str) -> None:
    parser = verbs.add_parser("serve", help=summary, description=_DESCRIPTION, examples=_EXAMPLES)
    add_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    return start(settings_of(arguments))


def start(settings: Settings) -> int:
    """Serve until told to stop; the exit code."""
    require_safe(settings)
    if settings.workers > 1 and not settings.is_postgresql:
        raise Refusal(
            "--workers needs PostgreSQL: a SQLite file has one writer.\n"
            "Leave --workers out, or name a server with --database-url postgresql://…",
            EXIT_USAGE,
        )
    logs.configure(settings.log_level)
    certificate = certificate_of(settings, SystemClock())
    listener, settings = listen(settings)
    require_mail_place(settings)
    with only_one(settings, "server"):
        return _serve(settings, listener, certificate)


def _serve(settings: Settings, listener: socket.socket, certificate: Certificate | None) -> int:
    database = open_database(settings)
    try:
        prepare(database, settings, certificate)
        household = Household(settings)
        if settings.workers == 1:
            return household.serve_here(database, listener, certificate)
    finally:
        database.close()
    return household.serve_with_workers(listener)


class Household:
    """The processes of one server: edges stop first, then the engine that digests what they took."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._edges: list[Child] = []
        self._engines: list[Child] = []
        if settings.engine:
            words = ("tocsin", "engine", "--with-parent", "--config", os.devnull)
            self._engines.append(Child("engine", words, settings))

    def serve_here(
        self, database: Database, listener: socket.socket, certificate: Certificate | None
    ) -> int:
        """Answer requests in this process."""
        database.bell = self._ring if database.is_sqlite else notifying(database)
        self._start()
        try:
            in_peace = process.serve(
                database, self._settings, listener, paths(certificate), self._ready
            )
        except BaseException:
            self._kill()
            raise
        self._stopping.set()
        if not in_peace:
            self._kill()
            self._stop()
            # A thread that still reads would be waited for; what was promised is on disk.
            os._exit(0)
        return self._stop()

    def serve_with_workers(self, listener: socket.socket) -> int:
        """Watch processes that answer requests from one socket."""
        module = ("tocsin.cli.worker", str(listener.fileno()))
        self._edges = [
            Child(f"edge-{number}", module, self._settings, [listener.fileno()])
            for number in range(1, self._settings.workers + 1)
        ]
        self._start()
        self._ready()
        self._stopping.wait()
        listener.close()
        return self._stop()

    def _start(self) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._on_signal)
        for child in (*self._edges, *self._engines):
            child.start()

    def _ring(self, names: Collection[str]) -> None:
        for engine in self._engines:
            engine.ring(names)

    def _ready(self) -> None:
        say(f"Tocsin serves {self._settings.base_url}")
        if vague := vague_address(self._settings):
            say(f"Note: {vague}. Set --public-url to the address people use.")
        if self._stopping.is_set():
            os.kill(os.getpid(), signal.SIGTERM)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._stopping.is_set():
            self._kill()
        self._stopping.set()

    def _stop(self) -> int:
        for generation in (self._edges, self._engines):
            for child in generation:
                child.ask_to_stop()
            for child in generation:
                child.join()
        return 0

    def _kill(self) -> None:
        for child in (*self._edges, *self._engines):
            child.kill()
