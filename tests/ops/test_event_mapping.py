"""Trying a mapping out on a pasted sample."""

import json
import re
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.server import Server


@pytest.mark.effect("/datasource/mapping/preview", seen_by="/datasource/mapping/preview")
def test_a_mapping_is_tried_out_on_a_sample(server: Server, cast: Cast) -> None:
    asked = {
        "sample": '{"alerts": [{"n": "CPU", "sev": "red"}, {"n": 5}]}',
        "mapping": {
            "events": "alerts",
            "title": "{{upper .n}}",
            "severity": "{{.sev}}",
            "severities": {"RED": "Critical"},
            "alert_key": "cpu",
            "event_time": "1790000000",
        },
    }
    for _ in range(2):
        found = server.post("/datasource/mapping/preview", asked, cast.charlie.key).data
        [event] = found["items"]
        assert (event["title"], event["event_status"]) == ("CPU", "Critical")
        assert (event["alert_key"], event["labels"]) == ("cpu", {"n": "CPU", "sev": "red"})
        assert found["problems"] == [
            {"position": 1, "field": "title", "line": 1, "message": "upper: wants text, not int"}
        ]
        server.restart()


def test_a_sample_may_be_a_form(server: Server, cast: Cast) -> None:
    asked = {
        "sample": "title=Full&disk=sda",
        "content_type": "application/x-www-form-urlencoded",
        "query": "team=web",
    }
    found = server.post("/datasource/mapping/preview", asked, cast.charlie.key).data
    assert found["items"][0]["labels"] == {"team": "web", "disk": "sda"}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"sample": "{"}, "the body is not valid JSON"),
        ({"sample": "{}", "mapping": {"title": "{{.a"}}, "title is not a template, line 1"),
    ],
)
def test_what_cannot_be_tried_out_says_why(
    server: Server, cast: Cast, asked: dict[str, object], message: str
) -> None:
    answer = server.post("/datasource/mapping/preview", asked, cast.charlie.key)
    assert answer.status == 400
    assert message in answer.message


def test_the_docs_read_their_sample_as_they_say(server: Server, cast: Cast) -> None:
    page = (Path(__file__).parents[2] / "docs" / "generic.md").read_text("utf-8")
    parts = dict(re.findall(r"```json (\w+)\n(.*?)```", page, re.DOTALL))
    asked = {"sample": parts["sample"], "mapping": json.loads(parts["mapping"])}
    found = server.post("/datasource/mapping/preview", asked, cast.charlie.key).data
    assert found == {"items": json.loads(parts["events"]), "problems": []}
