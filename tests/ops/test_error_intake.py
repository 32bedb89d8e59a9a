"""What became of what was no error: rejected requests and counts, over HTTP."""

import pytest

from tests.cast import Cast
from tests.edge.doors import application, digest
from tests.server import Server


@pytest.mark.effect("/rum/rejected-event/list", seen_by="/rum/rejected-event/list")
def test_what_was_refused_or_unreadable_is_listed_newest_first(server: Server, cast: Cast) -> None:
    keys = application(server, cast)
    path = f"/api/{keys.project}/envelope/"
    for body, status in ((b"refused at the door", 400), (b'{}\n{"type":"event"}\n[]', 200)):
        answer = server.request("POST", path, content=body, headers=keys.auth)
        assert answer.status_code == status
        digest(server)
        server.clock.advance(1)
    wish = {"application_id": keys.application_id}
    before = server.post("/rum/rejected-event/list", wish, cast.charlie.key).data
    server.restart()
    found = server.post("/rum/rejected-event/list", wish, cast.charlie.key).data
    assert found == before
    assert (found["total"], found["has_next_page"]) == (2, False)
    second, first = found["items"]
    assert (first["door"], first["excerpt"]) == ("sentry", "refused at the door")
    assert first["reason"] == "the envelope header is not valid JSON"
    assert second["reason"] == "the event is not a JSON object"
    assert second["received_at"] == first["received_at"] + 1000
    page = server.post("/rum/rejected-event/list", wish | {"limit": 1, "p": 2}, cast.bob.key).data
    assert [item["rejected_id"] for item in page["items"]] == [first["rejected_id"]]


@pytest.mark.effect("/rum/error-tally/list", seen_by="/rum/error-tally/list")
def test_what_is_only_counted_is_counted_by_day(server: Server, cast: Cast) -> None:
    keys = application(server, cast)
    for _ in range(2):
        body = b'{"type":"view"}\n{"type":"resource"}'
        url = f"/api/v2/rum?dd-api-key={keys.client_token}"
        assert server.request("POST", url, content=body).status_code == 202
        digest(server)
        server.clock.advance(86_400)
    wish = {"application_id": keys.application_id}
    before = server.post("/rum/error-tally/list", wish, cast.charlie.key).data
    server.restart()
    found = server.post("/rum/error-tally/list", wish, cast.charlie.key).data
    assert found == before
    counts = [(item["kind"], item["name"], item["count"]) for item in found["items"]]
    assert counts == [("item", "resource", 1), ("item", "view", 1)] * 2
    recent = server.post("/rum/error-tally/list", wish | {"days": 2}, cast.bob.key).data
    assert len(recent["items"]) == 2


def test_a_hidden_application_shows_neither(server: Server, cast: Cast) -> None:
    keys = application(server, cast, is_private=True)
    wish = {"application_id": keys.application_id}
    for path in ("/rum/rejected-event/list", "/rum/error-tally/list"):
        assert server.post(path, wish, cast.bob.key).code == "ResourceNotFound"
        assert server.post(path, wish, cast.alice.key).status == 200
