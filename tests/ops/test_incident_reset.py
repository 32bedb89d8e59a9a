"""Editing one thing of an incident over the wire."""

import pytest

from tests.cast import Cast
from tests.incidents import info, report
from tests.server import Server

EDITS = {
    "title": ("title", "Database down", "xx"),
    "description": ("description", "It is gone", "x"),
    "impact": ("impact", "Nobody can pay", ""),
    "root-cause": ("root_cause", "A full disk", "x"),
    "resolution": ("resolution", "Made room", "x"),
    "severity": ("incident_severity", "Critical", "Ok"),
}


@pytest.mark.effect("/incident/title/reset", seen_by="/incident/info")
@pytest.mark.effect("/incident/description/reset", seen_by="/incident/info")
@pytest.mark.effect("/incident/impact/reset", seen_by="/incident/info")
@pytest.mark.effect("/incident/root-cause/reset", seen_by="/incident/info")
@pytest.mark.effect("/incident/resolution/reset", seen_by="/incident/info")
@pytest.mark.effect("/incident/severity/reset", seen_by="/incident/info")
def test_each_part_is_edited_alone_and_kept(server: Server, cast: Cast) -> None:
    incident = report(server, cast.bob)
    for part, (_, value, bad) in EDITS.items():
        body = {"incident_id": incident, "value": value}
        assert server.post(f"/incident/{part}/reset", body, cast.charlie.key).code == "AccessDenied"
        assert server.post(f"/incident/{part}/reset", body, cast.bob.key).status == 200
        refused = server.post(f"/incident/{part}/reset", {**body, "value": bad}, cast.bob.key)
        assert refused.code == "InvalidParameter", part
    server.restart()
    shown = info(server, cast.bob, incident)
    for name, value, _ in EDITS.values():
        assert shown[name] == value
    assert len(shown["manual_overrides"]) == len(EDITS)
    now = server.clock.now() // 1000
    for words in ("nobody PAY", "full disk", "made roo", "gone room pay"):
        wish = {"start_time": now - 60, "end_time": now + 60, "query": words}
        found = server.post("/incident/list", wish, cast.charlie.key).data["items"]
        assert [one["incident_id"] for one in found] == [incident], words
    emptied = {"incident_id": incident, "value": "Freed inodes"}
    assert server.post("/incident/resolution/reset", emptied, cast.bob.key).status == 200
    wish = {"start_time": now - 60, "end_time": now + 60, "query": "room"}
    assert server.post("/incident/list", wish, cast.charlie.key).data["items"] == []
