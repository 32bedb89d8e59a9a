"""A sender with nothing but its key learns the channels it may name."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.push import make_channel, make_integration
from tests.server import Answer, Server
from tocsin.store.database import Database

PATH = "/channel/list-by-integration"


class Desk:
    """Channels Open and Hidden, the latter private to a team of Bob's, and a shared sender."""

    def __init__(self, server: Server, database: Database, cast: Cast) -> None:
        self.server = server
        self.cast = cast
        self.open = make_channel(server, database, cast, "Open")
        self.hidden = make_channel(server, database, cast, "Hidden")
        change = {"channel_id": self.hidden, "is_private": True}
        assert server.post("/channel/update", change, cast.bob.key).status == 200
        made = make_integration(server, cast, plugin_type="n9e")
        self.id, self.key = made["integration_id"], made["integration_key"]

    def ask(self, key: str = "", **wanted: Any) -> Answer:
        path = f"{PATH}?integration_key={key or self.key}"
        return Answer(self.server.request("POST", path, json=wanted))

    def names(self, key: str = "", **wanted: Any) -> list[str]:
        found = self.ask(key, **wanted).data
        assert found["total"] == len(found["items"])
        return [each["channel_name"] for each in found["items"]]


@pytest.fixture
def desk(server: Server, database: Database, cast: Cast) -> Desk:
    return Desk(server, database, cast)


def test_it_lists_what_who_set_it_up_may_see(desk: Desk) -> None:
    assert desk.names() == ["Hidden", "Open"]
    assert desk.ask(channel_ids=[desk.open]).data["items"] == [
        {"channel_id": desk.open, "channel_name": "Open", "status": "enabled"}
    ]
    assert desk.names(query="hid") == ["Hidden"]


def test_a_member_narrows_it_to_what_they_see(desk: Desk) -> None:
    assert desk.names(email=desk.cast.charlie.email) == ["Open"]
    assert desk.names(member_id=desk.cast.charlie.id) == ["Open"]
    assert desk.names(member_name=desk.cast.bob.name) == ["Hidden", "Open"]
    assert desk.names(email="nobody@acme.example") == ["Hidden", "Open"]


def test_a_dedicated_sender_reaches_its_own_channel_only(desk: Desk) -> None:
    made = make_integration(desk.server, desk.cast, plugin_type="n9e", channel_id=desk.open)
    assert desk.names(made["integration_key"]) == ["Open"]


def test_a_wrong_key_or_method_is_refused(desk: Desk) -> None:
    assert desk.ask("0" * 35).code == "InvalidParameter"
    assert desk.ask("%00").code == "InvalidParameter"
    assert desk.server.request("GET", PATH).status_code == 400
    off = {"integration_id": desk.id, "status": "disabled"}
    desk.server.post("/datasource/upsert", off, desk.cast.bob.key)
    assert desk.ask().code == "InvalidParameter"
