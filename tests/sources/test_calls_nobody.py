"""Senders wait a second or so: a door keeps what comes, and asks nobody else before it answers."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.cast import Cast
from tests.conftest import sqlite_database
from tests.e2e.seeds import seed
from tests.push import make_channel, make_integration
from tests.server import Server
from tocsin.sources.doors import DOORS
from tocsin.store.database import Database

CALLS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname")
_heard: list[list[str]] = []


@pytest.fixture
def database_url(tmp_path: Any) -> str:
    """SQLite, which is no call either."""
    return sqlite_database(tmp_path)


def _listen(event: str, values: tuple[Any, ...]) -> None:
    if _heard and event in CALLS:
        _heard[-1].append(f"{event} {values[1:]}")


@contextmanager
def calls() -> Iterator[list[str]]:
    """Every look-up and connection that this process, server and all, begins meanwhile."""
    _heard.append([])
    try:
        yield _heard[-1]
    finally:
        _heard.pop()


sys.addaudithook(_listen)


def test_no_door_calls_anybody_before_it_answers(
    server: Server, database: Database, cast: Cast
) -> None:
    channel_id = make_channel(server, database, cast)
    with httpx.Client(base_url=server.base, timeout=20) as client:
        client.head("/-/healthy")  # The one connection, kept for all that follows.
        for door in DOORS:
            wish = {"plugin_type": door.plugin.type, "name": door.path, "channel_id": channel_id}
            push = seed(door)(make_integration(server, cast, **wish)["integration_key"])
            with calls() as made:
                answer = push.send(client, push.body)
            assert answer.is_success or not push.good, (door.path, answer.text)
            assert made == [], door.path
