"""Notification templates over HTTP."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.incidents import report
from tests.server import Server
from tocsin.domain.message.template import Style
from tocsin.store.database import Database

PRESETS = ("000000000000000000000001", "6321aad26c12104586a88916")


def make(server: Server, cast: Cast, name: str = "Short", **more: Any) -> str:
    wish = {"template_name": name, "sms": "{{.Title}}", **more}
    return str(server.post("/template/create", wish, cast.bob.key).data["template_id"])


def info(server: Server, cast: Cast, template_id: str) -> Any:
    return server.post("/template/info", {"template_id": template_id}, cast.alice.key).data


@pytest.mark.effect("/template/create", seen_by="/template/info")
@pytest.mark.effect("/template/info", seen_by="/template/info")
@pytest.mark.effect("/template/update", seen_by="/template/info")
@pytest.mark.effect("/template/list", seen_by="/template/list")
@pytest.mark.effect("/template/delete", seen_by="/template/list")
def test_a_template_is_made_changed_listed_and_deleted(server: Server, cast: Cast) -> None:
    short, other = make(server, cast), make(server, cast, "Other")
    assert info(server, cast, short)["sms"] == "{{.Title}}"
    change = {"template_id": short, "template_name": "Brief", "email": "<b>{{.Title}}</b>"}
    server.post("/template/update", change, cast.bob.key)
    server.post("/template/list", {}, cast.bob.key)
    server.post("/template/delete", {"template_id": other}, cast.bob.key)
    server.restart()
    shown = info(server, cast, short)
    assert (shown["template_name"], shown["status"]) == ("Brief", "enabled")
    assert (shown["email"], shown["sms"], shown["zoom"]) == ("<b>{{.Title}}</b>", "{{.Title}}", "")
    page = server.post("/template/list", {"query": "ri"}, cast.alice.key).data
    assert [one["template_id"] for one in page["items"]] == [short]
    assert (page["total"], page["has_next_page"]) == (1, False)
    assert make(server, cast, "Other") != other


@pytest.mark.parametrize("template_id", PRESETS)
def test_the_built_in_template_has_two_names_and_never_changes(
    server: Server, cast: Cast, template_id: str
) -> None:
    shown = info(server, cast, template_id)
    assert shown["template_id"] == PRESETS[0]
    assert all(shown[style] for style in Style)
    wish = {"template_id": template_id, "template_name": "Mine"}
    assert server.post("/template/update", wish, cast.alice.key).code == "BadRequest"
    assert server.post("/template/delete", wish, cast.alice.key).code == "BadRequest"


def test_a_text_that_fails_or_a_taken_name_is_refused(server: Server, cast: Cast) -> None:
    wish = {"template_name": "Bad", "sms": "ok", "slack": "a\n{{.Nothing}}"}
    refused = server.post("/template/create", wish, cast.bob.key)
    assert refused.code == "InvalidParameter"
    assert "slack cannot be rendered: line 2" in refused.message
    make(server, cast)
    again = server.post("/template/create", {"template_name": "short"}, cast.bob.key)
    assert (again.code, "another template" in again.message) == ("InvalidParameter", True)


def test_a_template_belongs_to_its_team(server: Server, cast: Cast, database: Database) -> None:
    team = make_team(database, cast, "Payments", cast.alice)
    wish = {"template_name": "Ours", "team_id": team}
    mine = server.post("/template/create", wish, cast.alice.key).data["template_id"]
    change = {"template_id": mine, "template_name": "Theirs"}
    assert server.post("/template/update", change, cast.bob.key).code == "AccessDenied"
    for team_ids, count in (([team], 1), ([team + 1], 0)):
        page = server.post("/template/list", {"team_ids": team_ids}, cast.alice.key).data
        assert page["total"] == count


@pytest.mark.effect("/template/preview", seen_by="/template/preview")
def test_a_preview_tells_of_an_example_or_of_an_incident(server: Server, cast: Cast) -> None:
    def preview(**wish: Any) -> Any:
        return server.post("/template/preview", wish, cast.bob.key).data

    incident = report(server, cast.alice, "Disk <full>")
    preview(type="sms", content="x")
    server.restart()
    shown = preview(type="sms", content="{{.Title}}", incident_id=incident)
    assert shown == {"success": True, "content": "Disk &lt;full&gt;", "message": ""}
    plain = preview(type="slack", content="{{toHtml .Title}}", incident_id=incident)
    assert plain["content"] == "Disk <full>"
    example = preview(type="zoom", content='{{joinAlertLabels . "host" ","}}: {{len .Alerts}}')
    assert example["content"] == "web-1: 1"
    bad = preview(type="sms", content="{{.Title")
    assert (bad["success"], bad["content"]) == (False, "")
    assert "line 1" in bad["message"]
