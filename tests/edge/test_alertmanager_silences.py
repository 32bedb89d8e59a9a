"""Silences over Alertmanager's API are silence rules of the channel, and the other way round."""

from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import Response

from tests.cast import Cast
from tests.noise_rules import asked, listed, silencing
from tests.push import engine, make_channel, make_integration
from tests.server import Server
from tests.sources.watching import Watch
from tocsin.domain.noise_rule import PER_CHANNEL_MAX
from tocsin.kernel.units import DAY, SECOND, seconds
from tocsin.store.database import Database

JOB = [{"name": "job", "value": "db", "isRegex": False, "isEqual": True}]
DOWN = {"name": "alertname", "value": "Down", "isRegex": False, "isEqual": True}


@pytest.fixture
def watch(server: Server, database: Database, cast: Cast) -> Watch:
    return Watch(server, database, cast, "prometheus")


def rfc3339(watch: Watch, later_seconds: float) -> str:
    at = watch.server.clock.now() / 1000 + later_seconds
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def call(watch: Watch, method: str, path: str, **options: Any) -> Response:
    return watch.server.request(method, f"/am/{watch.key}{path}", **options)


def wish(watch: Watch, **more: Any) -> dict[str, Any]:
    return {
        "matchers": JOB,
        "startsAt": rfc3339(watch, 0),
        "endsAt": rfc3339(watch, 3600),
        "createdBy": "ops@acme",
        "comment": "planned work",
        **more,
    }


def post(watch: Watch, **more: Any) -> Response:
    return call(watch, "POST", "/api/v2/silences", json=wish(watch, **more))


def made(watch: Watch, **more: Any) -> str:
    answer = post(watch, **more)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["silenceID"]
    return str(answer.json()["silenceID"])


def silences(watch: Watch, **query: Any) -> list[Any]:
    answer = call(watch, "GET", "/api/v2/silences", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def one(watch: Watch, id_: str) -> Any:
    return call(watch, "GET", f"/api/v2/silence/{id_}").json()


def rules(watch: Watch) -> list[Any]:
    return listed(watch.server, watch.person, "silence", watch.channel_id)


def fire(watch: Watch, **labels: str) -> None:
    answer = call(watch, "POST", "/api/v2/alerts", json=[{"labels": labels}])
    assert answer.status_code == 200, answer.text


def test_a_silence_is_a_rule_that_hides_and_comes_back_as_it_was_sent(watch: Watch) -> None:
    sent = wish(watch)
    id_ = made(watch)
    watch.server.restart()
    expected = {**sent, "id": id_, "status": {"state": "active"}, "updatedAt": sent["startsAt"]}
    assert silences(watch) == [expected]
    assert one(watch, id_) == expected
    [rule] = rules(watch)
    assert (rule["rule_name"], rule["description"]) == ('job="db"', "planned work")
    assert rule["filters"] == [[{"key": "labels.job", "oper": "IN", "vals": ["db"]}]]
    assert (rule["is_effective"], rule["is_auto_delete"]) == (True, True)
    assert id_.replace("-", "").endswith(rule["rule_id"])
    fire(watch, alertname="Down", job="db")
    fire(watch, alertname="Down", job="web")
    assert watch.incident["labels"]["job"] == "web"


def test_the_end_and_the_texts_change_in_place_anything_else_makes_another(watch: Watch) -> None:
    id_ = made(watch)
    start = one(watch, id_)["startsAt"]
    watch.server.clock.advance(60)
    later = {"startsAt": start, "endsAt": rfc3339(watch, 7200), "comment": "longer"}
    assert made(watch, id=id_, **later) == id_
    assert {name: one(watch, id_)[name] for name in later} == later
    other = [{**JOB[0], "value": "web"}]
    second = made(watch, id=id_, matchers=other, **later)
    assert second != id_
    assert (one(watch, id_)["status"], one(watch, second)["matchers"]) == (
        {"state": "expired"},
        other,
    )
    third = made(watch, id=second, matchers=other, startsAt=rfc3339(watch, 60))
    assert third != second
    assert one(watch, third)["status"] == {"state": "pending"}
    assert made(watch, id=third, matchers=other, startsAt=rfc3339(watch, 120)) == third
    states = [each["status"]["state"] for each in silences(watch)]
    assert states == ["pending", "expired", "expired"]


def test_an_ended_silence_hides_nothing_and_stays_to_be_seen_for_days(watch: Watch) -> None:
    id_ = made(watch)
    watch.server.clock.advance(1)
    for _ in range(2):
        answer = call(watch, "DELETE", f"/api/v2/silence/{id_}")
        assert (answer.status_code, answer.content) == (200, b"")
    watch.server.restart()
    assert one(watch, id_)["status"] == {"state": "expired"}
    fire(watch, alertname="Down", job="db")
    assert watch.incident["progress"] == "Triggered"
    watch.server.clock.advance(5 * seconds(DAY) + 1)
    engine(watch.database)
    assert call(watch, "GET", f"/api/v2/silence/{id_}").status_code == 404
    assert rules(watch) == []


def test_an_ended_silence_makes_room_for_a_new_one(watch: Watch) -> None:
    first = made(watch, endsAt=rfc3339(watch, 60))
    for number in range(PER_CHANNEL_MAX - 1):
        silencing(watch.server, watch.person, watch.channel_id)
        watch.server.clock.advance(int(number % 40 == 0))
    assert post(watch).json().startswith("a channel may have")
    watch.server.clock.advance(60)
    made(watch)
    assert call(watch, "GET", f"/api/v2/silence/{first}").status_code == 404


@pytest.mark.parametrize(
    "matchers",
    [
        [{"name": "job", "value": "d.*", "isRegex": True, "isEqual": True}],
        [DOWN, {"name": "job", "value": "web", "isRegex": False, "isEqual": False}],
        [DOWN, {"name": "job", "value": "w.*|x", "isRegex": True, "isEqual": False}],
        [*JOB, {"name": "rack", "value": "r1|", "isRegex": True, "isEqual": True}],
        [*JOB, {"name": "rack", "value": "", "isRegex": False, "isEqual": True}],
    ],
)
def test_every_kind_of_matcher_hides_what_it_should(watch: Watch, matchers: Any) -> None:
    id_ = made(watch, matchers=matchers)
    assert one(watch, id_)["matchers"] == matchers
    fire(watch, alertname="Down", job="db")
    fire(watch, alertname="Down", job="web")
    assert watch.incident["labels"]["job"] == "web"


def test_a_rule_of_the_channel_is_shown_as_far_as_matchers_can_say_it(watch: Watch) -> None:
    server, bob, channel_id = watch.server, watch.person, watch.channel_id
    plain = silencing(server, bob, channel_id)
    hours = [{"start": "01:00", "end": "04:30", "repeat": [1]}]
    nightly = silencing(server, bob, channel_id, rule_name="Nightly", time_filters=hours)
    [shown] = silences(watch)
    assert shown["matchers"] == [
        {"name": "check", "value": "disk", "isRegex": False, "isEqual": True}
    ]
    assert (shown["createdBy"], shown["comment"]) == ("Bob", "Quiet disks")
    configuration = call(watch, "GET", "/api/v2/status").json()["config"]["original"]
    said = f'# Silence rule {nightly} "Nightly" cannot be shown here: it repeats in windows.'
    assert said in configuration
    explained = call(watch, "GET", f"/api/v2/silence/{nightly}")
    assert explained.status_code == 404
    assert explained.json() == "silence rule Nightly cannot be shown here: it repeats in windows"
    assert call(watch, "DELETE", f"/api/v2/silence/{nightly}").status_code == 400
    shorter = {**shown, "endsAt": rfc3339(watch, 600)}
    answer = call(watch, "POST", "/api/v2/silences", json=shorter)
    assert answer.json() == {"silenceID": shown["id"]}
    rule = next(each for each in rules(watch) if each["rule_id"] == plain)
    assert (rule["rule_name"], rule["description"]) == ("Quiet disks", "")
    now = seconds(server.clock.now())
    assert rule["time_filter"] == {"start_time": now, "end_time": now + 600}


def test_a_rule_changed_by_the_open_api_is_shown_as_it_is_now(watch: Watch) -> None:
    id_ = made(watch)
    [rule] = rules(watch)
    change = {"rule_name": "Racks", "time_filter": rule["time_filter"], "rule_id": rule["rule_id"]}
    filters = [[{"key": "labels.rack", "oper": "NOTIN", "vals": ["r1", "r2"]}]]
    filters[0].append({"key": "labels.job", "oper": "IN", "vals": ["db", "web?"]})
    change |= {"channel_id": watch.channel_id, "filters": filters}
    assert asked(watch.server, watch.person, "silence", "update", **change).status == 200
    assert one(watch, id_)["matchers"] == [
        {"name": "rack", "value": "r1", "isRegex": False, "isEqual": False},
        {"name": "rack", "value": "r2", "isRegex": False, "isEqual": False},
        {"name": "job", "value": "db|web(?s:.)", "isRegex": True, "isEqual": True},
    ]


def test_silences_are_narrowed_by_their_matchers(watch: Watch) -> None:
    made(watch)
    other = made(watch, matchers=[{"name": "rack", "value": "r.*", "isRegex": True}])
    assert [each["id"] for each in silences(watch, filter='rack=~"x.*"')] == []
    assert [each["id"] for each in silences(watch, filter='rack=~".+"')] == [other]
    assert [each["id"] for each in silences(watch, filter='job=""')] == [other]
    assert len(silences(watch)) == 2


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"comment": None}, 422, {"code": 602, "message": "comment in body is required"}),
        (
            {"matchers": []},
            422,
            {"code": 612, "message": "matchers in body should have at least 1 items"},
        ),
        (
            {"matchers": [{"name": "a", "value": "b"}]},
            422,
            {"code": 602, "message": "matchers.0.isRegex in body is required"},
        ),
        (
            {"matchers": [{"name": "a", "value": "", "isRegex": False}]},
            400,
            "silence invalid: at least one matcher must not match the empty string",
        ),
        (
            {"startsAt": "2099-01-01T00:00:00Z", "endsAt": "2098-01-01T00:00:00Z"},
            400,
            "Failed to create silence: start time must be before end time",
        ),
        (
            {"startsAt": "2001-01-01T00:00:00Z", "endsAt": "2002-01-01T00:00:00Z"},
            400,
            "Failed to create silence: end time can't be in the past",
        ),
        ({"id": "00000000-0000-0000-0000-000000000000"}, 404, "silence not found"),
        ({"id": "746f6373-0000-0000-0000-000000000000"}, 404, "silence not found"),
    ],
)
def test_refusals_are_those_of_alertmanager(
    watch: Watch, change: Any, status: int, message: Any
) -> None:
    answer = post(watch, **change)
    assert (answer.status_code, answer.json()) == (status, message)
    assert silences(watch) == []


def test_what_is_no_silence_is_refused(watch: Watch) -> None:
    path = "/api/v2/silences"
    for body, status, code in (("", 422, 602), ("x", 400, 400), ("[]", 400, 400)):
        headers = {"Content-Type": "application/json"}
        answer = call(watch, "POST", path, content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert call(watch, "POST", path, content="{}").status_code == 415
    assert call(watch, "GET", "/api/v2/silence/abc").json() == {
        "code": 601,
        "message": 'silenceID in path must be of type uuid: "abc"',
    }
    unknown = "/api/v2/silence/00000000-0000-0000-0000-000000000000"
    assert call(watch, "GET", unknown).status_code == 404
    assert call(watch, "DELETE", unknown).status_code == 404


def test_changes_are_made_and_audited_as_by_whoever_set_the_integration_up(
    watch: Watch, cast: Cast
) -> None:
    id_ = made(watch)
    call(watch, "DELETE", f"/api/v2/silence/{id_}")
    post(watch, endsAt=rfc3339(watch, -1))
    now = seconds(watch.server.clock.now() + SECOND)
    window = {"start_time": now - 3600, "end_time": now + 3600}
    found = watch.server.post("/audit/search", window, cast.alice.key).data["docs"]
    rows = [each for each in found if each["operation"].startswith("alertmanager-")]
    assert {(each["operation"], each["member_name"], each["is_write"]) for each in rows} == {
        ("alertmanager-silence:write:post", "Bob", True),
        ("alertmanager-silence:write:delete", "Bob", True),
    }
    assert len(rows) == 3


def test_a_silence_of_another_channel_is_none_here(watch: Watch, cast: Cast) -> None:
    channel_id = make_channel(watch.server, watch.database, cast, "Search")
    other = make_integration(watch.server, cast, plugin_type="prometheus", channel_id=channel_id)
    id_ = made(watch)
    path = f"/am/{other['integration_key']}/api/v2/silence/{id_}"
    assert watch.server.request("GET", path).status_code == 404
    assert watch.server.request("DELETE", path).status_code == 404
