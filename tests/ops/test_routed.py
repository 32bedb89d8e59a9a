"""Pushes on their way through enrichment, pipeline and route into channels, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.outbound.servers import LOOPBACK
from tests.push import engine, make_channel, make_integration, push
from tests.server import Server
from tocsin.store.database import Database

EU = {"key": "labels.region", "oper": "IN", "vals": ["eu-*"]}
ANY: list[dict[str, Any]] = []


class Desk:
    """A shared integration, three channels, and what came of pushes."""

    def __init__(self, server: Server, database: Database, cast: Cast) -> None:
        self.server, self.database, self.cast = server, database, cast
        names = ("Payments", "Storage", "Rest")
        self.ids = {name: make_channel(server, database, cast, name) for name in names}
        made = make_integration(server, cast)
        self.sender, self.key = made["integration_id"], made["integration_key"]

    def call(self, path: str, **body: Any) -> Any:
        answer = self.server.post(path, body, self.cast.bob.key)
        assert answer.status == 200, answer.message
        return answer.data

    def route(self, *cases: dict[str, Any], default: tuple[str, ...] = ()) -> None:
        channel_ids = [self.ids[name] for name in default]
        self.call(
            "/route/upsert",
            integration_id=self.sender,
            cases=[self.case(**case) for case in cases],
            default={"channel_ids": channel_ids},
        )

    def case(self, *, to: tuple[str, ...] = (), when: Any = ANY, **more: Any) -> dict[str, Any]:
        return {"if": when, "channel_ids": [self.ids[name] for name in to], **more}

    def pipeline(self, *rules: dict[str, Any]) -> None:
        self.call("/alert/pipeline/upsert", integration_id=self.sender, rules=list(rules))

    def enrich(self, *rules: dict[str, Any]) -> None:
        self.call("/enrichment/upsert", integration_id=self.sender, rules=list(rules))

    def push(self, alert_key: str = "disk", query: str = "", **fields: Any) -> None:
        assert push(self.server, self.key, query=query, alert_key=alert_key, **fields).status == 200

    def send(self, alert_key: str = "disk", query: str = "", **fields: Any) -> None:
        self.server.clock.advance(1)
        self.push(alert_key, query, **fields)
        engine(self.database, LOOPBACK)

    def span(self) -> dict[str, int]:
        now = self.server.clock.now() // 1000
        return {"start_time": now - 3600, "end_time": now + 1}

    def alerts(self, **wish: Any) -> list[dict[str, Any]]:
        found = self.server.post("/alert/list", {**self.span(), **wish}, self.cast.alice.key)
        return list(found.data["items"])

    def where(self) -> list[str]:
        """The channels that have alerts, and each has as many incidents."""
        incidents = self.server.post("/incident/list", self.span(), self.cast.alice.key).data
        named = {channel_id: name for name, channel_id in self.ids.items()}
        found = sorted(one["channel_id"] for one in self.alerts())
        assert found == sorted(one["channel_id"] for one in incidents["items"])
        return sorted(named.get(one, str(one)) for one in found)

    def steps(self) -> list[dict[str, Any]]:
        """The decisions about the newest event, by the newest trace."""
        found = self.server.post("/event/trace/list", self.span(), self.cast.alice.key).data
        return list(found["items"][0]["steps"])

    def step(self, stage: str) -> list[tuple[str, str, dict[str, str]]]:
        return [
            (step["verdict"], step.get("rule_name", ""), step.get("detail", {}))
            for step in self.steps()
            if step["stage"] == stage
        ]


@pytest.fixture
def desk(server: Server, database: Database, cast: Cast) -> Desk:
    return Desk(server, database, cast)


def test_one_push_becomes_an_alert_and_an_incident_in_each_channel_it_is_routed_to(
    desk: Desk,
) -> None:
    desk.route(
        {"when": [EU], "to": ("Payments", "Storage"), "fallthrough": True},
        {"to": ("Storage",)},
        default=("Rest",),
    )
    desk.send(labels={"region": "eu-west"})
    assert desk.where() == ["Payments", "Storage"]
    matched = [(verdict, name) for verdict, name, _ in desk.step("route")]
    assert matched == [("matched", "case_0"), ("matched", "case_1")]
    desk.send(event_status="Ok")
    assert {one["alert_status"] for one in desk.alerts()} == {"Ok"}


def test_a_recovery_ends_the_alert_wherever_the_route_leads_by_now(desk: Desk) -> None:
    desk.route(default=("Payments",))
    desk.send()
    desk.route(default=("Rest",))
    desk.send(event_status="Ok")
    (alert,) = desk.alerts()
    assert (alert["channel_id"], alert["alert_status"]) == (desk.ids["Payments"], "Ok")


def test_what_no_route_takes_is_visible_with_the_reason(desk: Desk) -> None:
    desk.route({"when": [EU], "to": ("Payments",)})
    desk.send(labels={"region": "us"})
    assert desk.where() == []
    found = desk.server.post("/event/trace/list", desk.span(), desk.cast.alice.key).data
    (trace,) = found["items"]
    assert trace["outcome"] == "unrouted"
    assert trace["steps"][-1]["verdict"] == "unrouted"


def test_names_lead_to_channels_the_maker_of_the_route_may_see(desk: Desk) -> None:
    by_name = {"routing_mode": "name_mapping", "name_mapping_label": "labels.team"}
    team = make_team(desk.database, desk.cast, "Finance")
    wish = {"team_id": team, "channel_name": "Secret", "is_private": True}
    secret = desk.server.post("/channel/create", wish, desk.cast.alice.key).data["channel_id"]
    desk.route({"when": ANY, **by_name}, default=("Rest",))
    desk.send("a", labels={"team": "Storage"})
    desk.send("b", labels={"team": "Secret"})
    desk.send("c", labels={"team": "No such"})
    desk.send("d")
    assert desk.where() == ["Rest", "Rest", "Rest", "Storage"]
    body = {
        "integration_id": desk.sender,
        "cases": [{"if": [], **by_name}],
    }
    assert desk.server.post("/route/upsert", body, desk.cast.alice.key).status == 200
    desk.send("e", labels={"team": "Secret"})
    assert str(secret) in desk.where()


def test_a_channel_named_in_the_address_goes_before_any_route(desk: Desk) -> None:
    desk.route(default=("Rest",))
    desk.send(query=f"&channel_id={desk.ids['Storage']}")
    assert desk.where() == ["Storage"]


def test_a_disabled_channel_takes_nothing_and_does_not_lead_to_the_default(desk: Desk) -> None:
    desk.route({"to": ("Payments",)}, default=("Rest",))
    desk.call("/channel/disable", channel_id=desk.ids["Payments"])
    desk.send()
    assert desk.where() == []
    assert desk.step("route")[-1][0] == "no_enabled_channel"
    desk.call("/channel/delete", channel_id=desk.ids["Payments"])
    desk.send()
    assert desk.where() == ["Rest"]


@pytest.mark.effect("/route/preview", seen_by="/route/preview")
def test_a_preview_says_what_the_route_then_does(desk: Desk) -> None:
    cases: list[dict[str, Any]] = [
        {"when": [EU], "to": ("Payments",), "fallthrough": True},
        {"when": [{**EU, "vals": ["eu-west"]}], "to": ("Storage",)},
    ]
    desk.route(default=("Rest",))
    regions = {"a": "eu-west", "b": "eu-north", "c": "us"}
    for key, region in regions.items():
        desk.send(key, labels={"region": region})
    ids = {one["alert_key"]: one["alert_id"] for one in desk.alerts()}
    wish = {
        "alert_ids": [ids[key] for key in "abc"],
        "route": {
            "cases": [desk.case(**case) for case in cases],
            "default": {"channel_ids": [desk.ids["Rest"]]},
        },
    }
    before = desk.call("/route/preview", **wish)
    desk.server.restart()
    shown = desk.call("/route/preview", **wish)
    assert before == shown
    a, b, c = shown["items"]
    assert a["matched_cases"] == ["case_0", "case_1"]
    assert b["matched_cases"] == ["case_0"]
    assert c["matched_cases"] == ["default"]
    assert (a["alert_id"], a["alert_title"]) == (ids["a"], "Disk full")
    desk.route(*cases, default=("Rest",))
    for item, key in zip(shown["items"], "abc", strict=True):
        desk.send(f"again {key}", labels={"region": regions[key]})
        found = {one["channel_id"] for one in desk.alerts() if one["alert_key"] == f"again {key}"}
        assert found == set(item["channel_ids"])
    hidden = {**wish, "alert_ids": ["0" * 24]}
    answer = desk.server.post("/route/preview", hidden, desk.cast.bob.key)
    assert answer.code == "ResourceNotFound"


def test_routes_and_enrichment_know_nothing_of_alert_keys(desk: Desk) -> None:
    for oper in ("IN", "NOTIN"):
        by_key = [{"key": "alert_key", "oper": oper, "vals": ["disk"]}]
        desk.route({"when": by_key, "to": ("Payments",)}, default=("Rest",))
        desk.enrich({"kind": "drop", "if": by_key, "settings": {"drop_labels": ["kept"]}})
        desk.send(labels={"kept": "yes"})
    (alert,) = desk.alerts()
    assert (alert["labels"], desk.where()) == ({"kept": "yes"}, ["Rest"])


def test_a_pipeline_gives_alerts_other_words_and_severities(desk: Desk) -> None:
    desk.route({"when": [{"key": "title", "oper": "IN", "vals": ["db1*"]}], "to": ("Storage",)})
    desk.pipeline(
        {"kind": "title_reset", "settings": {"title": "[TPL]${host}: {{.Title}}"}},
        {
            "kind": "severity_reset",
            "if": [{"key": "title", "oper": "IN", "vals": ["db1: *"]}],
            "settings": {"severity": "Info"},
        },
        {"kind": "description_reset", "settings": {"description": "[TPL]{{.Nothing.here}}"}},
    )
    desk.send(labels={"host": "db1"}, description="Before")
    (alert,) = desk.alerts()
    assert alert["title"] == "db1: Disk full"
    assert alert["alert_severity"] == "Info"
    assert alert["channel_id"] == desk.ids["Storage"]
    first = desk.step("pipeline")[0]
    assert first == ("changed", "1 title_reset", {"from": "Disk full", "to": "db1: Disk full"})


def test_a_pipeline_drops_and_leaves_recoveries_alone(desk: Desk) -> None:
    desk.route(default=("Rest",))
    desk.send("kept")
    drop = {"kind": "alert_drop", "if": [[{"key": "alert_key", "oper": "IN", "vals": ["*"]}]]}
    desk.pipeline(drop)
    desk.send("dropped")
    assert desk.step("pipeline") == [("dropped", "1 alert_drop", {})]
    desk.send("kept", event_status="Ok")
    (alert,) = desk.alerts()
    assert (alert["alert_key"], alert["alert_status"]) == ("kept", "Ok")


@pytest.mark.parametrize("together", [False, True])
def test_what_explains_others_keeps_new_alerts_of_its_integration_away(
    desk: Desk, together: bool
) -> None:
    desk.route(default=("Rest",))
    down = [{"key": "labels.check", "oper": "IN", "vals": ["ping"]}]
    desk.pipeline(
        {
            "kind": "alert_inhibit",
            "if": [{"key": "labels.check", "oper": "NOTIN", "vals": ["ping"]}],
            "settings": {"equals": ["labels.host"], "source_filters": [down]},
        }
    )
    send: Callable[..., None] = desk.push if together else desk.send
    send("before", labels={"host": "db1", "check": "disk"})
    send("down", labels={"host": "db1", "check": "ping"})
    send("after", labels={"host": "db1", "check": "cpu"})
    send("other", labels={"host": "db2", "check": "cpu"})
    send("before", labels={"host": "db1", "check": "disk"}, event_status="Warning")
    engine(desk.database)
    assert {one["alert_key"] for one in desk.alerts()} == {"before", "down", "other"}
    send("down", event_status="Ok")
    send("after", labels={"host": "db1", "check": "cpu"})
    engine(desk.database)
    assert "after" in {one["alert_key"] for one in desk.alerts()}


def test_nobody_explains_others_ten_minutes_after_they_were_heard_of(desk: Desk) -> None:
    desk.route(default=("Rest",))
    desk.pipeline(
        {
            "kind": "alert_inhibit",
            "settings": {
                "equals": [],
                "source_filters": [[{"key": "title", "oper": "IN", "vals": ["*"]}]],
            },
        }
    )
    desk.send("a")
    desk.server.clock.advance(590)
    desk.send("b")
    desk.server.clock.advance(20)
    desk.send("c")
    assert {one["alert_key"] for one in desk.alerts()} == {"a", "c"}


def test_labels_are_taken_out_of_texts_looked_up_composed_and_dropped(desk: Desk) -> None:
    schema = {"schema_name": "hosts", "source_labels": ["host"], "result_labels": ["team", "rack"]}
    schema_id = desk.call("/enrichment/mapping/schema/create", **schema)["schema_id"]
    docs = [{"host": "db1", "team": "Storage", "rack": "r9"}]
    desk.call("/enrichment/mapping/data/upsert", schema_id=schema_id, docs=docs)
    lookup = {"mapping_type": "schema", "schema_id": schema_id, "result_labels": ["team", "rack"]}
    desk.enrich(
        {
            "kind": "extraction",
            "settings": {
                "source_field": "title",
                "result_label": "host",
                "pattern": r"on (?P<result>\w+)",
            },
        },
        {
            "kind": "extraction",
            "settings": {
                "source_field": "labels.body",
                "result_label": "app",
                "g_json": "meta.app",
            },
        },
        {"kind": "mapping", "settings": lookup},
        {
            "kind": "composition",
            "settings": {"result_label": "place", "template": "{{.labels.host}}/{{.labels.rack}}"},
        },
        {"kind": "drop", "settings": {"drop_labels": ["body", "absent"]}},
    )
    desk.route(
        {"routing_mode": "name_mapping", "name_mapping_label": "labels.team"}, default=("Rest",)
    )
    for key, host in (("one", "db1"), ("two", "db7")):
        labels = {"body": '{"meta": {"app": "shop"}}', "rack": "mine"}
        desk.send(key, title_rule=f"Full on {host}", labels=labels)
    labels_of = {one["alert_key"]: one["labels"] for one in desk.alerts()}
    assert labels_of["one"] == {
        "host": "db1",
        "app": "shop",
        "team": "Storage",
        "rack": "mine",
        "place": "db1/mine",
    }
    assert labels_of["two"] == {"host": "db7", "app": "shop", "rack": "mine", "place": "db7/mine"}
    assert desk.where() == ["Rest", "Storage"]
    assert desk.step("enrichment") == [
        ("changed", "1 extraction", {"host": "db7"}),
        ("changed", "2 extraction", {"app": "shop"}),
        ("not_found", "3 mapping", {}),
        ("changed", "4 composition", {"place": "db7/mine"}),
        ("changed", "5 drop", {"dropped": "body"}),
    ]
