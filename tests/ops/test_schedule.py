"""Schedules through the API; what a call did is read back from a restarted server."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.factories import make_team
from tests.server import Server
from tocsin.store.database import Database

HOUR, DAY = 3600, 86_400
MONDAY = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())


@pytest.fixture
def team(database: Database, cast: Cast) -> int:
    """Bob's team."""
    return make_team(database, cast, "Ops", cast.bob)


def group(name: str, *person_ids: int) -> dict[str, Any]:
    return {"group_name": name, "members": [{"role_id": 0, "person_ids": person_ids}]}


def weekly(cast: Cast, **more: Any) -> dict[str, Any]:
    """Bob one week, Alice the next, from a Monday at 09:00 UTC."""
    return {
        "layer_name": "Primary",
        "mode": 0,
        "groups": [group("Bob", cast.bob.id), group("Alice", cast.alice.id)],
        "layer_start": MONDAY + 9 * HOUR,
        "rotation_unit": "week",
        "rotation_value": 1,
        **more,
    }


def make(server: Server, cast: Cast, team: int, *layers: dict[str, Any], **more: Any) -> int:
    body = {"schedule_name": "Duty", "team_id": team, "layers": layers, **more}
    return int(server.post("/schedule/create", body, cast.bob.key).data["schedule_id"])


def show(server: Server, key: str, schedule_id: int, days: int = 21) -> dict[str, Any]:
    body = {"schedule_id": schedule_id, "start": MONDAY, "end": MONDAY + days * DAY}
    found = server.post("/schedule/info", body, key).data
    assert isinstance(found, dict)
    return found


def final(item: dict[str, Any]) -> list[tuple[int, int, str]]:
    """Shifts in hours from Monday."""
    return [
        ((one["start"] - MONDAY) // HOUR, (one["end"] - MONDAY) // HOUR, one["group"]["name"])
        for one in item["final_schedule"]["schedules"]
    ]


@pytest.mark.effect(
    "/schedule/create", "/schedule/preview", "/schedule/info", seen_by="/schedule/info"
)
def test_a_schedule_comes_back_as_it_was_written_and_as_its_preview_said(
    server: Server, cast: Cast, team: int
) -> None:
    layer = weekly(
        cast,
        weight=3,
        handoff_time=9 * HOUR,
        restrict_mode=1,
        restrict_periods=[{"restrict_start": 20 * HOUR, "restrict_end": 8 * HOUR}],
        day_mask={"repeat": [1, 2, 3, 4, 5]},
        fair_rotation=True,
        mask_continuous_enabled=True,
        layer_end=MONDAY + 100 * DAY,
    )
    notify = {"advance_in_time": 600, "by": {"follow_preference": True}}
    window = {"start": MONDAY, "end": MONDAY + 21 * DAY}
    previewed = server.post("/schedule/preview", {"layers": [layer], **window}, cast.bob.key).data
    schedule_id = make(server, cast, team, layer, description="Nights", notify=notify)
    before = show(server, cast.charlie.key, schedule_id)
    server.restart()
    item = show(server, cast.charlie.key, schedule_id)
    assert item == before
    assert (item["id"], item["name"], item["description"]) == (schedule_id, "Duty", "Nights")
    assert (item["group_id"], item["team_id"], item["status"]) == (team, team, 0)
    [kept] = item["layers"]
    sent = {name: value for name, value in layer.items() if name != "groups"}
    assert {name: kept[name] for name in sent} == sent
    assert [one["name"] for one in kept["groups"]] == ["Bob", "Alice"]
    assert item["notify"]["advance_in_time"] == 600
    assert item["notify"]["by"]["follow_preference"] is True
    assert item["notify"]["webhooks"] is None
    assert item["final_schedule"]["schedules"] == previewed["final_schedule"]["schedules"] != []
    assert item["layer_schedules"] == item["schedule_layers"] == previewed["schedule_layers"]
    assert (previewed["id"], previewed["status"], previewed["cur_oncall"]) == (None, None, None)


@pytest.mark.effect("/schedule/update", seen_by="/schedule/info")
def test_an_update_replaces_what_it_names_and_keeps_the_rest(
    server: Server, cast: Cast, team: int
) -> None:
    schedule_id = make(server, cast, team, weekly(cast), description="Old")
    override = {
        "name": "Stand-in",
        "mode": 1,
        "groups": [group("Charlie", cast.charlie.id)],
        "layer_start": MONDAY + 2 * DAY,
        "layer_end": MONDAY + 3 * DAY,
    }
    body = {"schedule_id": schedule_id, "layers": [weekly(cast), override]}
    assert server.post("/schedule/update", body, cast.bob.key).status == 200
    server.restart()
    item = show(server, cast.bob.key, schedule_id, days=8)
    assert (item["schedule_name"], item["description"], item["notify"]) == ("Duty", "Old", None)
    assert final(item) == [
        (9, 48, "Bob"),
        (48, 72, "Charlie"),
        (72, 7 * 24 + 9, "Bob"),
        (7 * 24 + 9, 8 * 24, "Alice"),
    ]


@pytest.mark.effect("/schedule/list", "/schedule/infos", seen_by="/schedule/list")
def test_a_list_says_who_is_on_call_now_and_next(
    server: Server, cast: Cast, team: int, clock: VirtualClock
) -> None:
    schedule_id = make(server, cast, team, weekly(cast))
    clock.advance(MONDAY + 2 * DAY - clock.now() // 1000)
    mine = {"query": "dut", "is_my_team": True}
    ids = {"schedule_ids": [schedule_id, 1]}
    before = server.post("/schedule/list", mine, cast.bob.key).data
    assert server.post("/schedule/infos", ids, cast.bob.key).data["items"] == before["items"]
    server.restart()
    page = server.post("/schedule/list", mine, cast.bob.key).data
    assert page == before
    infos = server.post("/schedule/infos", {"schedule_ids": [schedule_id, 1]}, cast.bob.key).data
    assert page["total"] == 1
    assert page["items"] == infos["items"]
    [item] = page["items"]
    assert item["final_schedule"]["schedules"] == []
    assert item["cur_oncall"]["group"]["members"][0]["person_ids"] == [cast.bob.id]
    assert item["cur_oncall"]["end"] == MONDAY + 7 * DAY + 9 * HOUR
    assert item["next_oncall"]["group"]["name"] == "Alice"
    nobody = {"query": "dut", "team_ids": [1]}
    assert server.post("/schedule/list", nobody, cast.bob.key).data["items"] == []
    window = {"start": MONDAY, "end": MONDAY + 8 * DAY}
    [computed] = server.post("/schedule/list", window, cast.bob.key).data["items"]
    assert len(computed["final_schedule"]["schedules"]) == 2


@pytest.mark.effect("/schedule/self", seen_by="/schedule/self")
def test_somebodys_own_list_has_their_own_shifts_alone(
    server: Server, cast: Cast, team: int
) -> None:
    make(server, cast, team, weekly(cast))
    window = {"start": MONDAY, "end": MONDAY + 21 * DAY}
    assert len(server.post("/schedule/self", window, cast.alice.key).data["items"]) == 1
    server.restart()
    [item] = server.post("/schedule/self", window, cast.alice.key).data["items"]
    assert {name for _, _, name in final(item)} == {"Alice"}
    assert server.post("/schedule/self", window, cast.charlie.key).data["items"] == []
    longer = {"start": MONDAY, "end": MONDAY + 31 * DAY}
    assert server.post("/schedule/self", longer, cast.alice.key).code == "InvalidParameter"


@pytest.mark.effect("/schedule/delete", seen_by="/schedule/list")
def test_schedules_are_deleted_all_or_none(server: Server, cast: Cast, team: int) -> None:
    schedule_id = make(server, cast, team, weekly(cast))
    both = {"schedule_ids": [schedule_id, 5]}
    assert server.post("/schedule/delete", both, cast.bob.key).code == "ResourceNotFound"
    assert server.post("/schedule/list", {}, cast.bob.key).data["total"] == 1
    mine = {"schedule_ids": [schedule_id]}
    assert server.post("/schedule/delete", mine, cast.bob.key).status == 200
    server.restart()
    assert server.post("/schedule/list", {}, cast.bob.key).data["items"] == []
    assert server.post("/team/delete", {"team_id": team}, cast.alice.key).status == 200


def test_a_team_and_a_person_in_a_schedule_are_still_needed(
    server: Server, cast: Cast, team: int
) -> None:
    make(server, cast, team, weekly(cast))
    refused = server.post("/team/delete", {"team_id": team}, cast.alice.key)
    assert refused.code == "ReferenceExist"
    gone = server.post("/member/delete", {"member_id": cast.bob.id}, cast.alice.key)
    assert gone.code == "ReferenceExist"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rotation_value": 31}, "layers[0].rotation_value"),
        ({"rotation_value": 0}, "layers[0].rotation_value"),
        ({"rotation_value": 0, "rotation_duration": 1800}, "layers[0].rotation_duration"),
        ({"rotation_value": 0, "groups": [group("x")]}, "layers[0].rotation_value must lie from 1"),
        ({"layer_start": 0}, "layers[0].layer_start says since when"),
        ({"layer_start": -1_000_000_000_000}, "layers[0].layer_start must lie from 0"),
        ({"enable_time": 10**12}, "layers[0].enable_time must lie from 0"),
        ({"layer_end": MONDAY}, "layers[0].layer_end"),
        ({"handoff_time": 8 * DAY}, "layers[0].handoff_time"),
        ({"day_mask": {"repeat": [7]}}, "layers[0].day_mask.repeat"),
        ({"rotation_unit": "year"}, "hour | day | week | month"),
        (
            {
                "restrict_mode": 1,
                "restrict_periods": [{"restrict_start": 0, "restrict_end": DAY + 1}],
            },
            "layers[0].restrict_periods",
        ),
        ({"groups": [group("x", 1)]}, "no member has the id 1"),
        ({"groups": [group("x")] * 101}, "layers[0].groups"),
    ],
)
def test_a_layer_that_cannot_be_meant_is_refused_by_name(
    server: Server, cast: Cast, team: int, change: dict[str, Any], says: str
) -> None:
    body = {"schedule_name": "Duty", "team_id": team, "layers": [weekly(cast, **change)]}
    refused = server.post("/schedule/create", body, cast.bob.key)
    assert refused.code == "InvalidParameter"
    assert says in refused.message
    assert server.post("/schedule/list", {}, cast.bob.key).data["total"] == 0


def test_a_schedule_belongs_to_its_team(server: Server, cast: Cast, database: Database) -> None:
    foreign = make_team(database, cast, "Other")
    body = {"schedule_name": "Duty", "team_id": foreign, "layers": []}
    assert server.post("/schedule/create", body, cast.bob.key).code == "AccessDenied"
    made = server.post("/schedule/create", body, cast.alice.key).data
    change = {**made, "description": "x"}
    assert server.post("/schedule/update", change, cast.bob.key).code == "AccessDenied"
    assert (
        server.post("/schedule/delete", {"schedule_ids": [made["schedule_id"]]}, cast.bob.key).code
        == "AccessDenied"
    )
    assert server.post("/schedule/create", body, cast.alice.key).code == "InvalidParameter"


def test_who_is_on_call_follows_the_account_to_another_zone(
    server: Server, cast: Cast, database: Database
) -> None:
    team = make_team(database, cast, "Ops", cast.bob)
    nights = {
        "restrict_mode": 1,
        "restrict_periods": [{"restrict_start": 0, "restrict_end": 21600}],
    }
    made = make(server, cast, team, weekly(cast, layer_start=MONDAY, **nights))
    assert final(show(server, cast.bob.key, made, days=2))[:1] == [(0, 6, "Bob")]
    server.post("/account/update", {"time_zone": "Asia/Tokyo"}, cast.alice.key)
    assert (15, 21, "Bob") in final(show(server, cast.bob.key, made, days=2))
