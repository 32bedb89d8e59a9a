"""Alerts, groups and the server as Alertmanager's API shows them."""

from typing import Any

import pytest
from httpx import Response

from tests.cast import Cast
from tests.edge.test_alertmanager_silences import call, made, post, rfc3339
from tests.noise_rules import inhibiting
from tests.push import engine, make_channel, make_integration, push
from tests.server import Server
from tests.sources.watching import Watch
from tocsin.domain.access import VIEWER
from tocsin.store.database import Database

GROUP = {"method": "p", "equals": [["labels.alertname"]]}


@pytest.fixture
def watch(server: Server, database: Database, cast: Cast) -> Watch:
    return Watch(server, database, cast, "prometheus")


def fire(watch: Watch, *alerts: dict[str, Any]) -> None:
    answer = call(watch, "POST", "/api/v2/alerts", json=list(alerts))
    assert answer.status_code == 200, answer.text
    engine(watch.database)


def named(name: str, job: str, **more: str) -> dict[str, Any]:
    return {"labels": {"alertname": name, "job": job, **more}}


def alerts(watch: Watch, **query: Any) -> list[Any]:
    answer = call(watch, "GET", "/api/v2/alerts", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def jobs(watch: Watch, **query: Any) -> set[str]:
    return {each["labels"]["job"] for each in alerts(watch, **query)}


def test_an_alert_that_expired_says_so(watch: Watch, cast: Cast) -> None:
    fire(watch, {"labels": {"a": "x"}, "endsAt": rfc3339(watch, 240)})
    began = watch.server.clock.now() // 1000
    wish = {"start_time": began - 60, "end_time": began + 600}
    [firing] = watch.server.post("/alert/list", wish, cast.charlie.key).data["items"]
    watch.server.clock.advance(300)
    engine(watch.database)
    [ended] = watch.server.post("/alert/list", wish, cast.charlie.key).data["items"]
    assert (firing["is_expired"], firing["end_time"]) == (False, 0)
    assert (ended["is_expired"], ended["end_time"]) == (True, began + 240)


def test_an_alert_is_shown_as_it_was_pushed(watch: Watch) -> None:
    pushed = {
        "labels": {"a": "x", "b": "y"},
        "annotations": {"summary": "It is down", "description": "since noon"},
        "startsAt": rfc3339(watch, -60),
        "endsAt": rfc3339(watch, 240),
        "generatorURL": "http://x/y",
    }
    fire(watch, pushed)
    watch.server.restart()
    assert alerts(watch) == [
        {
            **pushed,
            # What Alertmanager makes of these labels.
            "fingerprint": "2f9c637518c2f2ff",
            "receivers": [{"name": "Payments"}],
            "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
            "updatedAt": rfc3339(watch, 0),
        }
    ]


def test_only_what_fires_is_shown(watch: Watch) -> None:
    fire(watch, named("A", "db"), {**named("A", "web"), "endsAt": rfc3339(watch, 60)})
    assert jobs(watch) == {"db", "web"}
    watch.server.clock.advance(61)
    assert jobs(watch) == {"db"}
    fire(watch, {**named("A", "db"), "endsAt": rfc3339(watch, -1)})
    assert alerts(watch) == []


def test_switches_filters_and_the_receiver_narrow_the_list(watch: Watch) -> None:
    silence_id = made(watch)
    fire(watch, named("A", "db"), named("A", "web"), named("B", "api", rack="r1"))
    for query, shown in (
        ({}, {"db", "web", "api"}),
        ({"silenced": "false"}, {"web", "api"}),
        ({"active": "false"}, {"db"}),
        ({"active": "false", "silenced": "false"}, set()),
        ({"filter": "alertname=A"}, {"db", "web"}),
        ({"filter": ["alertname=A", "job!=db"]}, {"web"}),
        ({"filter": 'job=~"d.|w.*"'}, {"db", "web"}),
        ({"filter": 'rack=""'}, {"db", "web"}),
        ({"filter": 'alertname="*"'}, set()),
        ({"receiver": "Pay.*"}, {"db", "web", "api"}),
        ({"receiver": "Pay"}, set()),
    ):
        assert jobs(watch, **query) == shown, query
    [silenced] = alerts(watch, active="false")
    assert silenced["status"] == {
        "state": "suppressed",
        "silencedBy": [silence_id],
        "inhibitedBy": [],
        "mutedBy": [],
    }


def test_an_inhibited_alert_names_what_explains_it(watch: Watch) -> None:
    inhibiting(watch.server, watch.person, watch.channel_id)
    fire(watch, named("Ping", "db", check="ping", host="h1"))
    fire(watch, named("Disk", "db", check="disk", host="h1"))
    [ping] = alerts(watch, inhibited="false")
    [disk] = alerts(watch, active="false")
    assert disk["status"]["inhibitedBy"] == [ping["fingerprint"]]
    assert disk["status"]["state"] == "suppressed"


def test_alerts_of_other_senders_in_the_channel_are_shown_too(watch: Watch, cast: Cast) -> None:
    for number in range(2):
        other = make_integration(watch.server, cast, channel_id=watch.channel_id)
        push(watch.server, other["integration_key"], labels={"job": "db"}, alert_key=str(number))
    engine(watch.database)
    first, second = alerts(watch)
    assert first["labels"] == second["labels"] == {"job": "db"}
    assert first["fingerprint"] != second["fingerprint"]
    assert first["annotations"] == {"summary": "Disk full"}


def groups(watch: Watch, **query: Any) -> dict[tuple[Any, ...], set[str]]:
    answer = call(watch, "GET", "/api/v2/alerts/groups", params=query)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert all(each["receiver"] == {"name": "Payments"} for each in found)
    return {
        tuple(each["labels"].items()): {one["labels"]["job"] for one in each["alerts"]}
        for each in found
    }


def regroup(watch: Watch, group: Any) -> None:
    change = {"channel_id": watch.channel_id, "group": group}
    assert watch.server.post("/channel/update", change, watch.person.key).status == 200


def test_groups_are_those_of_the_channel(watch: Watch) -> None:
    regroup(watch, GROUP)
    made(watch)
    fire(watch, named("A", "db"), named("A", "web"), named("B", "api"))
    by_name = {(("alertname", "A"),): {"db", "web"}, (("alertname", "B"),): {"api"}}
    assert groups(watch) == by_name
    watch.server.restart()
    assert groups(watch, silenced="false", filter="alertname=A") == {(("alertname", "A"),): {"web"}}
    regroup(watch, {"method": "n"})
    assert sorted(map(sorted, groups(watch).values())) == [["api"], ["db"], ["web"]]


def test_the_server_says_what_it_is(watch: Watch) -> None:
    assert call(watch, "GET", "/api/v2/receivers").json() == [{"name": "Payments"}]
    status = call(watch, "GET", "/api/v2/status").json()
    assert status["cluster"] == {"status": "disabled", "peers": []}
    assert set(status) == {"cluster", "config", "uptime", "versionInfo"}
    for path in ("/-/healthy", "/-/ready"):
        answer = call(watch, "GET", path)
        assert (answer.status_code, answer.text) == (200, "OK")


def unauthorized(answer: Response) -> bool:
    return answer.status_code == 401 and isinstance(answer.json(), str)


def test_a_key_opens_its_channel_wherever_it_stands_and_no_other_does(
    watch: Watch, cast: Cast
) -> None:
    request = watch.server.request
    fire(watch, named("A", "db"))
    bearer = {"Authorization": f"Bearer {watch.key}"}
    assert len(request("GET", "/api/v2/alerts", headers=bearer).json()) == 1
    assert len(request("GET", "/api/v2/alerts", auth=("amtool", watch.key)).json()) == 1
    foreign = make_integration(watch.server, cast, channel_id=watch.channel_id)
    for path in (
        "/api/v2/alerts",
        "/am/x/api/v2/alerts",
        "/am/x/-/ready",
        f"/am/{foreign['integration_key']}/api/v2/silences",
    ):
        assert unauthorized(request("GET", path)), path
    disable = {"integration_id": watch.integration_id, "status": "disabled"}
    assert watch.server.post("/datasource/upsert", disable, cast.bob.key).status == 200
    assert unauthorized(call(watch, "GET", "/api/v2/alerts"))


def test_a_shared_key_needs_to_name_its_channel(watch: Watch, cast: Cast) -> None:
    shared = make_integration(watch.server, cast, plugin_type="prometheus")
    path = f"/am/{shared['integration_key']}/api/v2/receivers"
    refused = watch.server.request("GET", path)
    assert refused.status_code == 400
    assert refused.json().startswith("this key serves several channels")
    named_one = watch.server.request("GET", f"{path}?channel_id={watch.channel_id}")
    assert named_one.json() == [{"name": "Payments"}]
    assert watch.server.request("GET", f"{path}?channel_id=7").status_code == 400
    other = make_channel(watch.server, watch.database, cast, "Search")
    one = {"channel_ids": [other]}
    only = make_integration(watch.server, cast, plugin_type="prometheus", settings=one)
    path = f"/am/{only['integration_key']}/api/v2/receivers"
    assert watch.server.request("GET", path).json() == [{"name": "Search"}]


def test_a_key_changes_nothing_its_maker_may_not(watch: Watch, cast: Cast) -> None:
    id_ = made(watch)
    viewer = {"member_id": cast.bob.id, "role_ids": [VIEWER]}
    assert watch.server.post("/member/role/update", viewer, cast.alice.key).status == 200
    for answer in (post(watch), call(watch, "DELETE", f"/api/v2/silence/{id_}")):
        assert answer.status_code == 403
        assert answer.json().startswith("whoever set up this integration needs")
    assert call(watch, "GET", f"/api/v2/silence/{id_}").json()["status"] == {"state": "active"}


def test_paths_methods_and_filters_are_refused_as_alertmanager_does(watch: Watch) -> None:
    for method, path, status, said in (
        ("GET", "/api/v2/nope", 404, {"code": 404, "message": "path /api/v2/nope was not found"}),
        (
            "PUT",
            "/api/v2/silences",
            405,
            {"code": 405, "message": "method PUT is not allowed, but [GET,POST] are"},
        ),
        ("GET", "/api/v2/alerts?filter=a~b", 400, "bad matcher format: a~b"),
        (
            "GET",
            "/api/v2/alerts?receiver=(",
            400,
            "failed to parse receiver param: missing ): ^(?:()$",
        ),
    ):
        answer = call(watch, method, path)
        assert (answer.status_code, answer.json()) == (status, said), path
    many = [f"a{n}=b" for n in range(101)]
    assert call(watch, "GET", "/api/v2/silences", params={"filter": many}).status_code == 400
