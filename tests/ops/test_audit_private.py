"""The audit log tells nobody what is said in a private channel that they may not see."""

import json
from typing import Any

import pytest

from tests.cast import Cast, Person
from tests.factories import make_team
from tests.incidents import report
from tests.server import Server
from tocsin.store.database import Database


@pytest.fixture
def finance(server: Server, cast: Cast, database: Database) -> int:
    return make_team(database, cast, "Finance")


def audited(server: Server, who: Person) -> list[dict[str, Any]]:
    now = server.clock.now() // 1000
    body = {"start_time": now - 3600, "end_time": now + 60, "limit": 99}
    return list(server.post("/audit/search", body, who.key).data["docs"])


def bodies(server: Server, who: Person, operation: str) -> list[str]:
    return [one["body"] for one in audited(server, who) if one["operation"] == operation]


def test_what_is_done_in_a_private_channel_is_told_to_who_may_see_it_alone(
    server: Server, cast: Cast, finance: int
) -> None:
    wish = {"team_id": finance, "channel_name": "Secret merger", "is_private": True}
    channel = server.post("/channel/create", wish, cast.alice.key).data["channel_id"]
    twice = server.post("/channel/create", wish, cast.alice.key)
    assert twice.status == 400
    incident = report(server, cast.alice, "Secret leak", channel_id=channel)
    said = {"incident_ids": [incident], "comment": "Secret comment"}
    server.post("/incident/comment", said, cast.alice.key)
    rule = {"channel_id": channel, "rule_name": "Secret rule", "filters": []}
    server.post("/channel/drop/rule/create", rule, cast.alice.key)
    make_integration_of(server, cast, channel)
    assert "Secret" not in json.dumps(audited(server, cast.bob))
    assert bodies(server, cast.bob, "incident:write:comment") == ["***"]
    assert "Secret comment" in bodies(server, cast.alice, "incident:write:comment")[0]


def make_integration_of(server: Server, cast: Cast, channel: int) -> None:
    wish = {"plugin_type": "standard.alert", "name": "Secret sender", "channel_id": channel}
    made = server.post("/datasource/upsert", wish, cast.alice.key).data
    change = {"integration_id": made["integration_id"], "description": "Secret description"}
    assert server.post("/datasource/upsert", change, cast.alice.key).status == 200


def test_a_channel_that_becomes_private_hides_what_was_done_in_it(
    server: Server, cast: Cast, finance: int
) -> None:
    wish = {"team_id": finance, "channel_name": "Open"}
    channel = server.post("/channel/create", wish, cast.alice.key).data["channel_id"]
    incident = report(server, cast.bob, channel_id=channel)
    for who in (cast.bob, cast.alice):
        said = {"incident_ids": [incident], "comment": f"by {who.id}"}
        server.post("/incident/comment", said, who.key)
    assert "***" not in bodies(server, cast.bob, "incident:write:comment")
    server.post("/channel/update", {"channel_id": channel, "is_private": True}, cast.alice.key)
    server.restart()
    own = f'{{"incident_ids":["{incident}"],"comment":"by {cast.bob.id}"}}'
    assert sorted(bodies(server, cast.bob, "incident:write:comment")) == ["***", own]
    server.post("/channel/delete", {"channel_id": channel}, cast.alice.key)
    assert sorted(bodies(server, cast.bob, "incident:write:comment")) == ["***", own]


def test_a_call_that_names_more_than_anything_takes_is_refused_and_recorded(
    server: Server, cast: Cast
) -> None:
    body = {
        "incident_ids": [f"{number:024x}" for number in range(20_000)],
        "integration_ids": list(range(1, 40_000)),
        "comment": "x",
    }
    assert server.post("/incident/comment", body, cast.bob.key).code == "InvalidParameter"
    assert len(bodies(server, cast.alice, "incident:write:comment")) == 1
