"""What opens a chat robot's door: sealed at rest, hidden in answers, still there when it is used."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from tests.cast import Cast
from tests.escalation import TEMPLATE, asked, people, rule
from tests.incidents import fire_timers, make_channel, report
from tests.server import Server
from tocsin.domain.contact import Address
from tocsin.engine.handlers import SECRETS_KEPT_MS
from tocsin.outbound.post import Post, address
from tocsin.store import delivery, robot_secret
from tocsin.store.database import Database

HOOK = "https://open.feishu.cn/open-apis/bot/v2/hook/t0psecret"
FEISHU = {"type": "feishu", "settings": {"token": HOOK, "sign_secret": "s1gned", "alias": "Ops"}}


@pytest.fixture
def channel_id(server: Server, database: Database, cast: Cast) -> int:
    return make_channel(server, database, cast)


def robot(server: Server, cast: Cast, channel_id: int, rule_id: str) -> dict[str, Any]:
    found = asked(server, cast.alice, "info", channel_id=channel_id, rule_id=rule_id).data
    (shown,) = found["layers"][0]["target"]["webhooks"]
    return dict(shown)


def level_of(cast: Cast, *robots: dict[str, Any]) -> dict[str, Any]:
    return {"target": people(cast.bob, webhooks=list(robots))}


def told(server: Server, cast: Cast, database: Database, channel_id: int) -> list[Address]:
    """Where a new incident's messages to chats go."""
    incident = report(server, cast.alice, channel_id=channel_id)
    fire_timers(server.database)
    with database.read() as tx:
        owed = [one for one in delivery.of(tx, cast.account_id, incident) if one.method == "feishu"]
    seal = server.database.site.seal
    return [address(lambda: seal, msgspec.json.decode(one.payload, type=Post)) for one in owed]


def test_a_robots_secrets_lie_sealed_and_are_never_shown(
    server: Server, cast: Cast, channel_id: int, database: Database
) -> None:
    rule_id = rule(server, cast.alice, channel_id, level_of(cast, FEISHU))
    server.restart()
    shown = robot(server, cast, channel_id, rule_id)
    assert shown["settings"]["alias"] == "Ops"
    assert shown["settings"]["sign_secret"] == "***"
    assert shown["settings"]["token"].startswith("secret:")
    with database.read() as tx:
        for table in ("escalation_rule", "audit", "robot_secret", "rule_reference"):
            kept = str(tx.tuples(text(f"SELECT * FROM {table}")))
            assert "t0psecret" not in kept, table
            assert "s1gned" not in kept, table
    assert told(server, cast, database, channel_id) == [Address(HOOK, "", "s1gned")]


def test_what_is_hidden_may_be_sent_back_but_not_to_another_address(
    server: Server, cast: Cast, channel_id: int, database: Database
) -> None:
    rule_id = rule(server, cast.alice, channel_id, level_of(cast, FEISHU))
    shown = robot(server, cast, channel_id, rule_id)
    settings = shown["settings"]
    wish = {
        "channel_id": channel_id,
        "rule_id": rule_id,
        "rule_name": "All",
        "template_id": TEMPLATE,
    }
    renamed = {**shown, "settings": {**settings, "alias": "Night"}}
    first = asked(server, cast.alice, "update", **wish, layers=[level_of(cast, renamed)])
    assert first.status == 200, first.body
    assert robot(server, cast, channel_id, rule_id)["settings"] == {**settings, "alias": "Night"}
    assert told(server, cast, database, channel_id) == [Address(HOOK, "", "s1gned")]
    for bad in (
        {**settings, "token": "https://evil.example/"},
        {**settings, "token": "secret:AAAAAAAAAAAAAAAAAAAAAA"},
    ):
        layers = [level_of(cast, {"type": "feishu", "settings": bad})]
        answer = asked(server, cast.alice, "update", **wish, layers=layers)
        assert answer.code == "InvalidParameter"
        assert "hidden" in answer.message


def test_a_secret_goes_with_the_last_rule_that_needs_it(
    server: Server, cast: Cast, channel_id: int, database: Database
) -> None:
    kept = rule(server, cast.alice, channel_id, level_of(cast, FEISHU))
    handle = robot(server, cast, channel_id, kept)["settings"]["token"]
    with database.write() as tx:
        robot_secret.keep(tx, cast.account_id, "secret:idle", b"x")
    server.clock.advance(2 * 86400)
    with database.write() as tx:
        assert robot_secret.sweep(tx, tx.now - SECRETS_KEPT_MS, 200) == 1
        assert robot_secret.get(tx, cast.account_id, handle)
