"""Who would be paged: asked through the API, before and after a restart."""

import pytest

from tests.cast import Cast
from tests.escalation import level, people, rule
from tests.factories import make_team
from tests.ops.test_preference import prefer
from tests.ops.test_schedule import HOUR, MONDAY, weekly
from tests.push import make_channel
from tests.server import Server
from tocsin.store.database import Database


@pytest.mark.effect("/channel/escalate/preview", seen_by="/channel/escalate/preview")
def test_a_preview_follows_levels_and_handoffs_and_says_why(
    server: Server, database: Database, cast: Cast
) -> None:
    channel_id = make_channel(server, database, cast)
    team_id = make_team(database, cast, "Ops", cast.bob)
    body = {"schedule_name": "Duty", "team_id": team_id, "layers": [weekly(cast)]}
    duty = server.post("/schedule/create", body, cast.bob.key).data["schedule_id"]
    on_call = {"schedule_to_role_ids": {str(duty): []}, "by": {"critical": ["sms"]}}
    first = {"target": on_call, "max_times": 1, "escalate_window": 30}
    webhook = {"type": "slack", "settings": {"token": "x"}}
    rule(server, cast.bob, channel_id, level(cast.alice), priority=1, rule_name="Other")
    disks = [[{"key": "labels.check", "oper": "IN", "vals": ["disk"]}]]
    rule(
        server,
        cast.bob,
        channel_id,
        first,
        {**first, "escalate_window": 0},
        {"target": people(webhooks=[webhook], emails=["noc@acme.example"])},
        filters=disks,
        rule_name="Disks",
    )
    # Bob's week hands over to Alice a week after Monday 09:00; the incident begins before that.
    at = MONDAY + 7 * 24 * HOUR + 9 * HOUR - 600
    wish = {"channel_id": channel_id, "at": at, "labels": {"check": "disk"}}
    found = server.post("/channel/escalate/preview", wish, cast.charlie.key).data
    server.restart()
    assert server.post("/channel/escalate/preview", wish, cast.charlie.key).data == found
    assert (found["rule_name"], found["reaches_somebody"]) == ("Disks", True)
    told = [
        (one["at"] - at, [each["person_name"] for each in one["people"]]) for one in found["levels"]
    ]
    assert told == [(0, ["Bob"]), (1800, ["Alice"])]
    assert found["levels"][0]["again_at"] == [at + 300]
    assert found["levels"][0]["methods"] == ["sms"]
    assert found["levels"][0]["people"][0]["via"] == "on call by schedule Duty"
    bob = found["levels"][0]["people"][0]
    assert (bob["first_by"], bob["first_at"]) == ("email", at)
    trial = {"layers": [{"target": people(cast.alice)}], "rule_name": "Draft", "filters": disks}
    drafted = server.post("/channel/escalate/preview", {**wish, "rule": trial}, cast.bob.key).data
    assert (drafted["rule_name"], drafted["levels"][0]["people"][0]["person_name"]) == (
        "Draft",
        "Alice",
    )
    trial |= {"rule_id": found["rule_id"], "filters": [], "rule_name": "Disks again"}
    drafted = server.post("/channel/escalate/preview", {**wish, "rule": trial}, cast.bob.key).data
    assert [one["rule_name"] for one in drafted["tried"]] == ["Disks again"]
    bad = server.post("/channel/escalate/preview", {**wish, "rule": {"layers": []}}, cast.bob.key)
    assert bad.code == "InvalidParameter"
    quiet = [{"start": "00:00", "end": "12:00"}]
    prefer(server, cast.bob, ["email"], quiet_hours=quiet, wait_minutes={"email": 3})
    calm = server.post("/channel/escalate/preview", {**wish, "severity": "Info"}, cast.bob.key).data
    assert calm["levels"][0]["people"][0]["first_at"] == MONDAY + 7 * 24 * HOUR + 12 * HOUR + 180
    prefer(server, cast.bob, ["email"], quiet_hours=[], wait_minutes={})
    assert found["ends_at"] == at + 1800 + 600
    other = server.post("/channel/escalate/preview", {**wish, "labels": {}}, cast.bob.key).data
    assert [one["verdict"] for one in other["tried"]] == ["does not match", "takes it"]
    assert other["rule_name"] == "Other"
