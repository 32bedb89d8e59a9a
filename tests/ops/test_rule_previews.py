"""What rules, routes and groupings would make of real events, asked before they are set."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.desk import Desk
from tests.push import engine, make_channel, make_integration, push
from tests.server import Server
from tocsin.store.database import Database

FROM_TITLE = {"source_field": "labels.fqdn", "result_label": "host", "pattern": r"^(?P<result>\w+)"}


@pytest.mark.effect("/datasource/rules/preview", seen_by="/datasource/rules/preview")
def test_rules_are_tried_on_what_an_integration_really_sent(
    server: Server, database: Database, cast: Cast
) -> None:
    channel = make_channel(server, database, cast)
    sender = make_integration(server, cast)
    for number, level in enumerate(("Critical", "Warning", "Info")):
        labels = {"fqdn": f"db{number}.acme.example"}
        push(server, sender["integration_key"], alert_key=level, event_status=level, labels=labels)
    engine(database)

    def tried(**wish: Any) -> Any:
        body = {"integration_id": sender["integration_id"], **wish}
        return server.post("/datasource/rules/preview", body, cast.charlie.key)

    wish: dict[str, Any] = {
        "enrichment_rules": [{"kind": "extraction", "settings": FROM_TITLE}],
        "pipeline_rules": [
            {"kind": "alert_drop", "if": [[{"key": "severity", "oper": "IN", "vals": ["Info"]}]]}
        ],
        "route": {
            "cases": [
                {
                    "if": [{"key": "labels.host", "oper": "IN", "vals": ["db0"]}],
                    "channel_ids": [channel],
                }
            ]
        },
    }
    found = tried(**wish).data
    server.restart()
    assert tried(**wish).data == found
    assert found["since"] == server.clock.now() // 1000 - 7 * 86_400
    totals = [found[f"{name}_total"] for name in ("event", "changed", "dropped", "unrouted")]
    assert totals == [3, 2, 1, 1]
    made = {one["given"]["alert_key"]: one for one in found["items"]}
    assert [made[key]["is_changed"] for key in ("Critical", "Warning", "Info")] == [
        True,
        False,
        True,
    ]
    assert made["Critical"]["before"]["outcome"] == "unrouted"
    after = made["Critical"]["after"]
    assert after["labels"] == {"fqdn": "db0.acme.example", "host": "db0"}
    assert (after["channel_ids"], after["outcome"]) == ([channel], "")
    assert [step["stage"] for step in after["steps"]] == ["door", "enrichment", "route"]
    assert made["Info"]["after"]["outcome"] == "dropped"
    assert tried().data["changed_total"] == 0
    assert (
        server.post("/route/info", {"integration_id": sender["integration_id"]}, cast.bob.key).data
        is None
    )
    wrong = {"kind": "composition", "settings": {"result_label": "x", "template": "{{.title"}}
    assert tried(enrichment_rules=[wrong]).code == "InvalidParameter"
    assert tried(route={"default": {"channel_ids": [1]}}).code == "ResourceNotFound"


@pytest.mark.effect("/channel/group/preview", seen_by="/channel/group/preview")
def test_a_grouping_shows_which_incidents_it_would_have_opened(
    server: Server, database: Database, cast: Cast
) -> None:
    desk = Desk(server, database, cast)
    for key, host in (("a", "db1"), ("b", "db1"), ("c", "db2")):
        desk.say(key, host=host)
    server.clock.advance(3600)
    desk.say("d", host="db1")

    def grouped(**group: Any) -> Any:
        body = {"channel_id": desk.channel_id, "group": group}
        return server.post("/channel/group/preview", body, cast.charlie.key)

    by_host = {"method": "p", "equals": [["labels.host"]]}
    found = grouped(**by_host).data
    server.restart()
    assert grouped(**by_host).data == found
    assert (found["alert_total"], found["incident_total"]) == (4, 2)
    assert found["incident_total_now"] == desk.incidents()
    assert [one["alert_total"] for one in found["items"]] == [3, 1]
    assert found["items"][0]["common"] == "labels.host=db1"
    assert grouped(**by_host, time_window=30).data["incident_total"] == 3
    assert grouped(method="n").data["incident_total"] == 4
    assert grouped(method="i").data["incident_total"] == 1
    assert grouped(method="p", time_window=100_000).code == "InvalidParameter"
