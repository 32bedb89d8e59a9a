"""The key an integration is pushed through opens its door: who reads what came through never sees
it."""

import json
from urllib.parse import urlencode

import pytest

from tests.cast import Cast
from tests.push import engine
from tests.senders.sending import Sending
from tests.server import Server
from tocsin.store.database import Database

FORM = {"content-type": "application/x-www-form-urlencoded"}


def seen_by_charlie(sending: Sending, path: str, **wish: object) -> str:
    now = sending.server.clock.now() // 1000
    span = {"start_time": now - 3600, "end_time": now + 60}
    answer = sending.server.post(path, span | wish, sending.cast.charlie.key)
    assert answer.data["items"], path
    return answer.response.text


def pushed_in_vain(sending: Sending) -> str:
    rejected = seen_by_charlie(
        sending, "/datasource/rejected-event/list", integration_id=sending.id
    )
    assert sending.key not in rejected.lower()
    return str(json.loads(rejected)["data"]["items"][0]["excerpt"])


def test_a_key_in_a_refused_body_is_masked_and_the_body_can_still_be_replayed(
    server: Server, database: Database, cast: Cast
) -> None:
    sending = Sending(server, database, cast, "pagerduty", "/v2/enqueue")
    body = json.dumps({"routing_key": sending.key, "event_action": "sing", "x": "y" * 5000})
    assert sending.send(body, address="/v2/enqueue").status_code == 400
    engine(database)
    assert pushed_in_vain(sending).startswith('{"routing_key": "***", "event_action": "sing"')
    [one] = sending.rejected()
    again = {"integration_id": sending.id, "rejected_ids": [one["rejected_id"]]}
    answer = server.post("/datasource/rejected-event/replay", again, cast.bob.key)
    assert "event_action" in answer.data["items"][0]["reason"]


def test_a_key_in_a_refused_form_is_masked(server: Server, database: Database, cast: Cast) -> None:
    sending = Sending(server, database, cast, "goalert", "/api/v2/generic/incoming")
    form = urlencode({"token": sending.key, "action": "close"})
    address = f"/api/v2/generic/incoming?token={sending.key}"
    assert sending.send(form, FORM, address).status_code == 400
    engine(database)
    assert pushed_in_vain(sending) == "token=***&action=close"


@pytest.mark.parametrize("shown", [str.lower, str.upper])
def test_a_key_that_an_event_repeats_is_masked_wherever_it_is_read(
    server: Server, database: Database, cast: Cast, shown: object
) -> None:
    sending = Sending(server, database, cast, "standard.alert", "/event/push/alert/standard")
    key = sending.key.upper() if shown is str.upper else sending.key
    event = {
        "title_rule": f"Push by {key}",
        "event_status": "Critical",
        "description": f"curl https://x/?integration_key={key}",
        "labels": {"url": f"https://x/{key}/y"},
    }
    sending.fire(json.dumps(event))
    for path in ("/alert/list", "/event/trace/list", "/incident/list", "/alert-event/list"):
        text = seen_by_charlie(sending, path)
        assert sending.key not in text.lower(), path
    assert '"url":"https://x/***/y"' in seen_by_charlie(sending, "/alert/list")
