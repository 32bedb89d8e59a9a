"""Calendars through the API; what a call did is read back from a restarted server."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.factories import make_team
from tests.noise_rules import listed, silencing
from tests.push import make_channel
from tests.server import Server
from tocsin.store.database import Database

GERMANY = "en-us.germany.official"
WEEK = [1, 2, 3, 4, 5]
DAY = 86_400


def make(server: Server, cast: Cast, **more: Any) -> str:
    body = {"cal_name": "Office", "timezone": "Europe/Berlin", "workdays": WEEK, **more}
    return str(server.post("/calendar/create", body, cast.bob.key).data["cal_id"])


def info(server: Server, cast: Cast, calendar_id: str) -> dict[str, Any]:
    found = server.post("/calendar/info", {"cal_id": calendar_id}, cast.charlie.key).data
    assert isinstance(found, dict)
    return found


def entries(server: Server, cast: Cast, calendar_id: str, **scope: int) -> list[dict[str, Any]]:
    body = {"cal_id": calendar_id, **scope}
    return list(server.post("/calendar/event/list", body, cast.charlie.key).data["items"])


def write_entry(server: Server, cast: Cast, calendar_id: str, **more: Any) -> str:
    body = {
        "cal_id": calendar_id,
        "summary": "Founders day",
        "start_at": "2026-03-09",
        "end_at": "2026-03-10",
        "is_off": True,
        **more,
    }
    return str(server.post("/calendar/event/upsert", body, cast.bob.key).data["event_id"])


@pytest.mark.effect("/calendar/create", "/calendar/info", seen_by="/calendar/info")
def test_a_calendar_comes_back_as_it_was_written(
    server: Server, database: Database, cast: Cast
) -> None:
    team = make_team(database, cast, "Ops", cast.bob)
    calendar_id = make(server, cast, description="All of us", team_id=team, extra_cal_ids=[GERMANY])
    before = info(server, cast, calendar_id)
    server.restart()
    now = server.clock.now() // 1000
    assert (
        before
        == info(server, cast, calendar_id)
        == {
            "account_id": cast.account_id,
            "team_id": team,
            "cal_id": calendar_id,
            "cal_name": "Office",
            "description": "All of us",
            "timezone": "Europe/Berlin",
            "kind": "personal",
            "workdays": WEEK,
            "extra_cal_ids": [GERMANY],
            "created_at": now,
            "updated_at": now,
            "creator_id": cast.bob.id,
            "updated_by": cast.bob.id,
            "status": "enabled",
        }
    )
    assert calendar_id.startswith("cal.")


@pytest.mark.effect("/calendar/update", "/calendar/list", seen_by="/calendar/list")
def test_what_an_update_does_not_send_stays_as_it_is(server: Server, cast: Cast) -> None:
    calendar_id = make(server, cast, extra_cal_ids=[GERMANY])
    change = {"cal_id": calendar_id, "cal_name": "Berlin", "workdays": None, "extra_cal_ids": []}
    assert server.post("/calendar/update", change, cast.bob.key).data == {}
    server.post("/calendar/list", {}, cast.charlie.key)
    server.restart()
    [found] = server.post("/calendar/list", {"kind": ""}, cast.charlie.key).data["items"]
    assert (found["cal_name"], found["workdays"], found["extra_cal_ids"]) == ("Berlin", WEEK, [])
    assert found["timezone"] == "Europe/Berlin"


@pytest.mark.effect("/calendar/delete", seen_by="/calendar/list")
def test_a_deleted_calendar_is_gone(server: Server, cast: Cast) -> None:
    calendar_id = make(server, cast)
    write_entry(server, cast, calendar_id)
    server.post("/calendar/delete", {"cal_id": calendar_id}, cast.bob.key)
    server.restart()
    answer = server.post("/calendar/info", {"cal_id": calendar_id}, cast.bob.key)
    assert answer.code == "ResourceNotFound"
    assert server.post("/calendar/list", {}, cast.bob.key).data == {"items": [], "total": 0}


@pytest.mark.effect(
    "/calendar/event/upsert", "/calendar/event/list", seen_by="/calendar/event/list"
)
def test_entries_come_before_holidays_and_holidays_before_weekdays(
    server: Server, cast: Cast
) -> None:
    calendar_id = make(server, cast, extra_cal_ids=[GERMANY])
    long_day = {"start_at": "2026-05-01", "end_at": "2026-05-02", "is_off": False}
    worked = write_entry(server, cast, calendar_id, summary="Release", **long_day)
    entries(server, cast, calendar_id)
    server.restart()
    found = entries(server, cast, calendar_id, year=2026, month=5)
    by_day = {(one["start_at"], one["event_id"]): one for one in found}
    assert by_day["2026-05-01", worked]["is_off"] is False
    holiday = by_day["2026-05-01", f"{GERMANY}.20260501"]
    assert (holiday["summary"], holiday["is_off"], holiday["cal_id"]) == (
        "Labor Day",
        True,
        GERMANY,
    )
    assert "creator_id" not in holiday
    saturday = by_day["2026-05-02", "non_work.20260502"]
    assert saturday["summary"] == "non-working day (Saturday)"
    assert (saturday["end_at"], saturday["created_at"]) == ("2026-05-03", 0)
    assert saturday["creator_id"] == cast.account_id
    assert [
        one["start_at"] for one in entries(server, cast, calendar_id, year=2026, month=5, day=4)
    ] == []


@pytest.mark.effect("/calendar/event/delete", seen_by="/calendar/event/list")
def test_an_entry_can_be_changed_and_removed(server: Server, cast: Cast) -> None:
    calendar_id = make(server, cast)
    entry_id = write_entry(server, cast, calendar_id)
    other = write_entry(server, cast, calendar_id, summary="Party", start_at="2026-03-08")
    write_entry(server, cast, calendar_id, event_id=entry_id, end_at="2026-03-12")
    server.post("/calendar/event/delete", {"cal_id": calendar_id, "event_id": other}, cast.bob.key)
    server.restart()
    found = entries(server, cast, calendar_id, year=2026, month=3, day=11)
    assert [(one["event_id"], one["end_at"]) for one in found] == [(entry_id, "2026-03-12")]


def test_public_calendars_come_in_the_language_of_the_reader(server: Server, cast: Cast) -> None:
    def listed_in(language: str, **more: Any) -> dict[str, dict[str, Any]]:
        body = {"kind": "region.official.holiday", **more}
        headers = {"Accept-Language": language}
        answer = server.post("/calendar/list", body, cast.charlie.key, headers=headers)
        return {one["cal_id"]: one for one in answer.data["items"]}

    english, chinese = listed_in("en"), listed_in("zh-CN")
    assert len(english) == len(chinese) > 200
    assert english[GERMANY]["timezone"] == "Europe/Berlin"
    assert "zh-cn.china.official" in chinese
    assert "zh-cn.china.official" not in english
    assert listed_in("en", no_locale=True).keys() > english.keys() | chinese.keys()
    [day] = entries(server, cast, "zh-cn.china.official", year=2026, month=2, day=17)
    assert (day["summary"], day["is_off"]) == ("春节", True)
    [extra] = entries(server, cast, "zh-cn.china.official", year=2026, month=2, day=14)
    assert extra["is_off"] is False


def test_a_silence_goes_by_the_days_off_of_a_calendar_which_it_then_holds(
    server: Server, database: Database, cast: Cast, clock: VirtualClock
) -> None:
    channel_id = make_channel(server, database, cast)
    calendar_id = make(server, cast, extra_cal_ids=[GERMANY])
    window = {"start": "00:00", "end": "23:59", "cal_id": calendar_id, "is_off": True}
    silencing(server, cast.bob, channel_id, time_filters=[window])

    def effective() -> bool:
        return bool(listed(server, cast.bob, "silence", channel_id)[0]["is_effective"])

    clock.advance(DAY / 2)
    assert effective(), "New Year's Day is a Thursday off"
    clock.advance(DAY)
    assert not effective(), "Friday is a workday"
    clock.advance(DAY)
    assert effective(), "Saturday is no workday"
    write_entry(server, cast, calendar_id, start_at="2026-01-03", end_at="2026-01-04", is_off=False)
    assert not effective(), "this Saturday was declared a workday"
    refused = server.post("/calendar/delete", {"cal_id": calendar_id}, cast.bob.key)
    assert refused.code == "ReferenceExist"
    assert refused.body["data"]["refs"][0]["name"] == "Quiet disks"
    [rule] = listed(server, cast.bob, "silence", channel_id)
    gone = {"channel_id": channel_id, "rule_id": rule["rule_id"]}
    server.post("/channel/silence/rule/delete", gone, cast.bob.key)
    assert server.post("/calendar/delete", {"cal_id": calendar_id}, cast.bob.key).data == {}


def test_the_sixth_calendar_has_to_be_meant(server: Server, cast: Cast) -> None:
    for number in range(5):
        make(server, cast, cal_name=f"Office {number}")
    sixth = {"cal_name": "One more"}
    assert server.post("/calendar/create", sixth, cast.bob.key).code == "BadRequest"
    lifted = {"Flashcat-Break-Cal-Limit": "true"}
    answer = server.post("/calendar/create", sixth, cast.bob.key, headers=lifted)
    assert answer.data["cal_name"] == "One more"


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("create", {"cal_name": ""}, "cal_name"),
        ("create", {"cal_name": "x", "timezone": "Mars/Base"}, "timezone: Mars/Base"),
        ("create", {"cal_name": "x", "workdays": [7]}, "workdays"),
        ("create", {"cal_name": "x", "extra_cal_ids": ["en-us.mars.official"]}, "extra_cal_ids"),
        ("create", {"cal_name": "x", "team_id": 5}, "team"),
        ("event/list", {"year": 2022}, "year"),
        ("event/list", {"year": 2999}, "year"),
        ("event/list", {"year": 2026, "day": 3}, "month"),
        ("event/list", {"year": 2026, "month": 2, "day": 30}, "2026-2-30"),
        ("event/upsert", {"start_at": "2026-03-10", "end_at": "2026-03-10"}, "end_at"),
        ("event/upsert", {"start_at": "2026-03-10", "end_at": "2028-03-10"}, "366"),
        ("event/upsert", {"start_at": "10.3.2026", "end_at": "2026-03-11"}, "start_at"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    server: Server, cast: Cast, path: str, body: dict[str, Any], message: str
) -> None:
    if path != "create":
        body = {"cal_id": make(server, cast), "summary": "x", "is_off": True, **body}
    answer = server.post(f"/calendar/{path}", body, cast.bob.key)
    assert (answer.code, answer.status) == ("InvalidParameter", 400)
    assert message in answer.message


def test_public_calendars_and_those_of_other_teams_are_not_changed(
    server: Server, database: Database, cast: Cast
) -> None:
    public = server.post("/calendar/delete", {"cal_id": GERMANY}, cast.alice.key)
    assert public.code == "BadRequest"
    team = make_team(database, cast, "Theirs", cast.charlie)
    body = {"cal_name": "Theirs", "team_id": team}
    calendar_id = server.post("/calendar/create", body, cast.alice.key).data["cal_id"]
    theirs = server.post("/calendar/delete", {"cal_id": calendar_id}, cast.bob.key)
    assert theirs.code == "AccessDenied"
    assert server.post("/calendar/create", body, cast.charlie.key).code == "AccessDenied"
