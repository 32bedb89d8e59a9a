"""What any door refuses is kept: listed with its reason, shown, and judged again when asked."""

import re
from typing import Any

import pytest
from httpx import Response

from tests.cast import Cast
from tests.conftest import sqlite_database
from tests.push import engine, make_channel, make_integration
from tests.server import Server
from tests.sources.senders import senders
from tocsin.sources.door import Door
from tocsin.sources.doors import DOORS
from tocsin.store.database import Database

NONSENSE = b"\xff\xfe{ this is nothing that any sender sends"
LIST = "/datasource/rejected-event/list"
REPLAY = "/datasource/rejected-event/replay"


@pytest.fixture
def database_url(tmp_path: Any) -> str:
    """Doors know no database: one engine is enough for all of them."""
    return sqlite_database(tmp_path)


def nonsense(server: Server, door: Door, key: str) -> Response:
    """A request by the right key with a body that no door can read."""
    known = [sender.fire.headers for sender in senders().values() if sender.door == door.path]
    headers = {
        name.lower(): value.replace("KEY", key) for name, value in (known or [{}])[0].items()
    }
    headers["content-type"] = "application/json"
    path = re.sub(r"\{\w+\}", lambda found: key if found[0] == "{key}" else "x", door.path)
    query = f"?integration_key={key}&token={key}"
    return server.request("POST", path + query, content=NONSENSE, headers=headers)


class Sender:
    """An integration of the kind that one door is for."""

    def __init__(self, door: Door, server: Server, cast: Cast, channel_id: int) -> None:
        wish = {"plugin_type": door.plugin.type, "name": door.path, "channel_id": channel_id}
        made = make_integration(server, cast, **wish)
        self.id, self.key = made["integration_id"], made["integration_key"]
        self._server, self._person = server, cast.bob

    def ask(self, path: str, **more: Any) -> list[dict[str, Any]]:
        self._server.clock.advance(1)  # One asks no faster than one may.
        asked = {"integration_id": self.id, **more}
        return list(self._server.post(path, asked, self._person.key).data["items"])


def test_what_any_door_refuses_is_listed_with_its_reason_and_may_be_judged_again(
    server: Server, database: Database, cast: Cast
) -> None:
    channel_id = make_channel(server, database, cast)
    refused: dict[str, tuple[Sender, Response]] = {}
    # What is asked by DELETE needs no body, and so has none that could be wrong.
    for door in (each for each in DOORS if "POST" in each.methods):
        sender = Sender(door, server, cast, channel_id)
        refused[door.path] = sender, nonsense(server, door, sender.key)
    engine(database)
    wrong = {path: why for path, one in refused.items() if (why := _wrong(*one))}
    assert wrong == {}
    engine(database)
    assert all(len(sender.ask(LIST)) == 1 for sender, _ in refused.values()), "replayed nonsense"


def _wrong(sender: Sender, answer: Response) -> str:
    """What a door did not do as it should; empty where all is well."""
    if not 400 <= answer.status_code < 500:
        return f"it answered {answer.status_code} {answer.text}"
    kept = sender.ask(LIST)
    if len(kept) != 1 or not kept[0]["reason"]:
        return f"it kept {kept}"
    [judged] = sender.ask(REPLAY, rejected_ids=[kept[0]["rejected_id"]])
    if judged["replayed"] or judged["reason"] != kept[0]["reason"]:
        return f"{kept[0]['reason']!r} was judged anew as {judged}"
    return ""
