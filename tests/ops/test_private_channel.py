"""What happens in a private channel reaches nobody who may not see it, by no integration."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.incidents import make_channel, report
from tests.push import engine, make_integration, push
from tests.server import Answer, Server
from tocsin.store import delivery
from tocsin.store.database import Database

HOOK = {"plugin_type": "incident.webhook", "name": "Hook"}
AT = {"endpoint": "https://hooks.example/x"}


@pytest.fixture
def private(server: Server, cast: Cast, database: Database) -> int:
    """A private channel of a team that Bob is not in."""
    team = make_team(database, cast, "Finance")
    wish = {"team_id": team, "channel_name": "Secret", "is_private": True}
    return int(server.post("/channel/create", wish, cast.alice.key).data["channel_id"])


def upsert(server: Server, key: str, **fields: Any) -> Answer:
    return server.post("/datasource/upsert", fields, key)


def heard(server: Server, cast: Cast, database: Database, channel_id: int) -> list[str]:
    """Where an incident that opens in the channel is reported."""
    incident = report(server, cast.alice, channel_id=channel_id)
    with database.read() as tx:
        kept = delivery.of(tx, cast.account_id, incident)
    return [one.target for one in kept if one.method == "webhook"]


def titles(server: Server, cast: Cast, channel_id: int) -> list[str]:
    """The incidents of the channel."""
    now = server.clock.now() // 1000
    wanted = {"start_time": now - 3600, "end_time": now + 1, "channel_ids": [channel_id]}
    found = server.post("/incident/list", wanted, cast.alice.key).data["items"]
    return [one["title"] for one in found]


@pytest.mark.parametrize("plugin", [HOOK, {"plugin_type": "standard.alert", "name": "Scripts"}])
def test_a_hidden_channel_cannot_be_named_and_looks_like_an_unknown_one(
    server: Server, cast: Cast, private: int, plugin: dict[str, Any]
) -> None:
    for channel_id in (private, 5):
        wanted = {**AT, "channel_ids": [channel_id]}
        answer = upsert(server, cast.bob.key, **plugin, settings=wanted)
        assert (answer.status, answer.code) == (400, "ResourceNotFound")
        assert answer.message == f"no channel has the id {channel_id}"
    assert server.post("/datasource/list", {}, cast.bob.key).data == []


def test_whoever_cannot_see_all_its_channels_changes_nothing_of_an_integration(
    server: Server, cast: Cast, private: int
) -> None:
    made = upsert(server, cast.alice.key, **HOOK, settings={**AT, "channel_ids": [private]}).data
    change = {"integration_id": made["integration_id"], "name": "Mine"}
    assert upsert(server, cast.bob.key, **change).code == "ResourceNotFound"
    assert upsert(server, cast.alice.key, **change).status == 200


def test_a_new_channel_takes_no_integration_that_serves_a_hidden_one(
    server: Server, cast: Cast, private: int, database: Database
) -> None:
    wanted = {"plugin_id": 1, "settings": {"channel_ids": [private]}}
    sender = upsert(server, cast.alice.key, **wanted).data["integration_id"]
    team = make_team(database, cast, "Ops", cast.bob)
    wish = {"team_id": team, "channel_name": "Mine", "plugin_ids": [sender]}
    answer = server.post("/channel/create", wish, cast.bob.key)
    assert answer.code == "ResourceNotFound"


def test_a_webhook_for_every_channel_hears_what_its_maker_may_see(
    server: Server, cast: Cast, private: int, database: Database
) -> None:
    for name in ("bob", "alice"):
        wanted = {"endpoint": f"https://{name}.example/"}
        key = getattr(cast, name).key
        assert upsert(server, key, **HOOK, settings=wanted).status == 200
    everybody = ["https://alice.example/", "https://bob.example/"]
    assert heard(server, cast, database, private) == ["https://alice.example/"]
    public = make_channel(server, database, cast)
    assert sorted(heard(server, cast, database, public)) == everybody


def test_a_webhook_that_somebody_else_redirects_hears_what_they_may_see(
    server: Server, cast: Cast, private: int, database: Database
) -> None:
    made = upsert(server, cast.alice.key, **HOOK, settings=AT).data["integration_id"]
    assert upsert(server, cast.bob.key, integration_id=made, name="Renamed").status == 200
    assert heard(server, cast, database, private) == [AT["endpoint"]]
    redirected = {"endpoint": "https://bob.example/"}
    assert upsert(server, cast.bob.key, integration_id=made, settings=redirected).status == 200
    assert heard(server, cast, database, private) == []


def test_a_webhook_hears_no_more_once_its_maker_may_not_see_the_channel(
    server: Server, cast: Cast, private: int, database: Database
) -> None:
    team = make_team(database, cast, "Ops", cast.bob)
    wish = {"channel_id": private, "managing_team_ids": [team]}
    assert server.post("/channel/update", wish, cast.alice.key).status == 200
    assert upsert(server, cast.bob.key, **HOOK, settings=AT).status == 200
    assert heard(server, cast, database, private) == [AT["endpoint"]]
    wish = {"channel_id": private, "managing_team_ids": []}
    assert server.post("/channel/update", wish, cast.alice.key).status == 200
    assert heard(server, cast, database, private) == []


def test_a_push_address_names_a_private_channel_only_for_those_who_see_it(
    server: Server, cast: Cast, private: int, database: Database
) -> None:
    mine = make_integration(server, cast)["integration_key"]
    refused = push(server, mine, query=f"&channel_id={private}")
    assert (refused.status, refused.code) == (400, "InvalidParameter")
    unknown = push(server, mine, query="&channel_id=5")
    assert unknown.message == refused.message.replace(str(private), "5")
    engine(database)
    assert titles(server, cast, private) == []
    theirs = upsert(server, cast.alice.key, plugin_id=1).data["integration_key"]
    assert push(server, theirs, query=f"&channel_id={private}").status == 200
    engine(database)
    assert titles(server, cast, private) == ["Disk full"]


def test_the_sender_of_a_hidden_channel_shows_neither_its_key_nor_what_it_pushed_in_vain(
    server: Server, cast: Cast, private: int
) -> None:
    made = upsert(server, cast.alice.key, plugin_id=1, channel_id=private).data
    wanted = {"integration_id": made["integration_id"]}
    for person, key in ((cast.bob, ""), (cast.alice, made["integration_key"])):
        shown = server.post("/datasource/desc", wanted, person.key).data
        assert shown["integration_key"] == key
    path = "/datasource/rejected-event/list"
    assert server.post(path, wanted, cast.bob.key).code == "AccessDenied"
    assert server.post(path, wanted, cast.alice.key).status == 200
