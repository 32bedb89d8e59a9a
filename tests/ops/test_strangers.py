"""Another account on the same server sees and changes nothing of ours."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.noise_rules import DISKS, dropping, listed
from tests.push import make_channel
from tests.server import Server
from tocsin.engine.account import Founding, open_account
from tocsin.engine.app_key import Wish, create
from tocsin.store.database import Database


@pytest.fixture
def dave(database: Database) -> str:
    """The key of an admin of another account."""
    with database.write() as tx:
        elsewhere = open_account(tx, Founding("Elsewhere", "Dave", "alice@acme.example")).id
        return create(tx, elsewhere, elsewhere, Wish("test"), elsewhere).secret


def test_lists_of_another_account_hold_nothing_of_ours(
    server: Server, cast: Cast, dave: str
) -> None:
    server.post("/team/upsert", {"team_name": "Ops"}, cast.alice.key)
    server.post("/role/upsert", {"role_name": "Ours"}, cast.alice.key)
    members = server.post("/member/list", {}, dave).data["items"]
    assert [each["member_name"] for each in members] == ["Dave"]
    assert server.post("/team/list", {}, dave).data["total"] == 0
    assert server.post("/role/list", {}, dave).data["total"] == 3
    assert server.post("/person/infos", {"person_ids": [cast.bob.id]}, dave).data["items"] == []
    now = server.clock.now() // 1000
    window = {"start_time": now - 9, "end_time": now + 9}
    assert server.post("/audit/search", window, dave).data["docs"] == []


def test_ids_of_another_account_are_unknown(server: Server, cast: Cast, dave: str) -> None:
    team = server.post("/team/upsert", {"team_name": "Ops"}, cast.alice.key).data
    role = server.post("/role/upsert", {"role_name": "Ours"}, cast.alice.key).data
    key = server.post("/person/app-key/list", {}, cast.bob.key).data["items"][0]
    member: dict[str, Any] = {"member_id": cast.bob.id}
    for path, body in [
        ("/team/info", {"team_id": team["team_id"]}),
        ("/team/upsert", {"team_id": team["team_id"], "team_name": "Mine"}),
        ("/team/delete", {"team_id": team["team_id"]}),
        ("/role/info", {"role_id": role["role_id"]}),
        ("/role/upsert", {"role_id": role["role_id"], "role_name": "Mine"}),
        ("/role/delete", {"role_id": role["role_id"]}),
        ("/role/member/grant", {"role_id": 2, "member_ids": [cast.bob.id]}),
        ("/member/delete", member),
        ("/member/info/reset", {**member, "member_name": "Mallory"}),
        ("/member/role/update", {**member, "role_ids": [2]}),
        ("/person/app-key/create", {"person_id": cast.bob.id, "key_name": "mine"}),
        ("/person/app-key/rotate", {"key_id": key["key_id"]}),
        ("/person/app-key/delete", {"key_id": key["key_id"]}),
    ]:
        answer = server.post(path, body, dave)
        assert (path, answer.code) == (path, "ResourceNotFound")
    assert server.post("/person/app-key/list", {"person_id": cast.bob.id}, dave).data["items"] == []
    assert server.post("/member/info", {}, cast.bob.key).data["account_role_ids"] == [6]


def test_rules_of_another_account_are_unknown(
    server: Server, database: Database, cast: Cast, dave: str
) -> None:
    channel_id = make_channel(server, database, cast)
    rule_id = dropping(server, cast.bob, channel_id)
    known = {"channel_id": channel_id, "rule_id": rule_id}
    named = {"rule_name": "Mine", "equals": [], "filters": DISKS, "source_filters": DISKS}
    more = {**known, **named, "target_filters": DISKS}
    more["time_filter"] = {"start_time": 1, "end_time": 2}
    for kind in ("unsubscribe", "silence", "inhibit"):
        for verb in ("list", "create", "update", "delete", "enable", "disable", "preview"):
            answer = server.post(f"/channel/{kind}/rule/{verb}", more, dave)
            assert (kind, verb, answer.code) == (kind, verb, "ResourceNotFound")
    assert len(listed(server, cast.bob, "unsubscribe", channel_id)) == 1
