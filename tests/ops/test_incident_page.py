"""What people were told of an incident, the incident as a document, and how the server is."""

import pytest
from markdown_it import MarkdownIt

from tests.cast import Cast
from tests.incidents import report
from tests.server import Server
from tocsin.store import delivery
from tocsin.store.database import Database


@pytest.mark.effect("/incident/page/list", seen_by="/incident/page/list")
@pytest.mark.effect("/system/info", seen_by="/system/info")
def test_each_message_says_what_became_of_it(
    server: Server, database: Database, cast: Cast
) -> None:
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    wish = {"incident_id": incident}
    [owed] = server.post("/incident/page/list", wish, cast.charlie.key).data["items"]
    told = (owed["person_name"], owed["method"], owed["standing"], owed["settled_at"])
    assert told == ("Bob", "email", "pending", 0)
    assert server.post("/system/info", key=cast.bob.key).code == "AccessDenied"
    assert server.post("/system/info", key=cast.alice.key).data["methods"] == [
        {"method": "email", "pending": 1, "sent": 0, "failed": 0}
    ]
    with database.write() as tx:
        claimed = delivery.claim_due(tx, "email")
        assert claimed
        delivery.settle(tx, claimed, "250 queued as 4711")
    server.restart()
    [sent] = server.post("/incident/page/list", wish, cast.charlie.key).data["items"]
    assert (sent["standing"], sent["answer"]) == ("sent", "250 queued as 4711")
    assert sent["settled_at"] >= sent["owed_at"] > 0
    shown = server.post("/system/info", key=cast.alice.key).data
    assert shown["methods"][0]["sent"] == 1
    assert shown["problems"], "no engine runs beside this server"
    assert shown["inbox_depth"] == 0


@pytest.mark.effect("/incident/export", seen_by="/incident/export")
def test_an_incident_is_exported_as_text_that_nobody_can_turn_into_markup(
    server: Server, cast: Cast
) -> None:
    evil = "<img src=x onerror=alert(1)> [click](javascript:alert(1)) | `x`"
    incident = report(
        server,
        cast.alice,
        title=evil,
        description=f"# {evil}\nsecond line",
        assigned_to={"person_ids": [cast.bob.id]},
    )
    comment = {"incident_ids": [incident], "comment": f"hm {evil}"}
    server.post("/incident/comment", comment, cast.bob.key)
    server.post("/incident/ack", {"incident_ids": [incident]}, cast.bob.key)
    wish = {"incident_id": incident}
    before = server.post("/incident/export", wish, cast.charlie.key).data
    server.restart()
    shown = server.post("/incident/export", wish, cast.charlie.key).data
    assert shown == before | {"markdown": shown["markdown"]}
    text = shown["markdown"]
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert "<img" not in rendered
    assert 'href="javascript' not in rendered
    assert rendered.count("&lt;img src=x onerror=alert(1)&gt;") == 3
    assert "second line" in text
    for told in ("Opened", "Assigned to Bob", "Acknowledged by Bob", "Comment: hm"):
        assert told in text, text
