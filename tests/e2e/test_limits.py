"""Who may not, and who called too often: on a virtual clock, whose second lasts."""

import pytest

from tests.cast import Cast
from tests.server import Server

pytestmark = pytest.mark.slow


def test_a_viewer_may_not_reset_an_incident(server: Server, cast: Cast) -> None:
    wish = {"incident_id": "0" * 24, "title": "something else"}
    refused = server.post("/incident/reset", wish, cast.charlie.key)
    assert (refused.status, refused.code) == (403, "AccessDenied")


def test_the_51st_call_within_a_second_is_too_many(server: Server, cast: Cast) -> None:
    calls = [server.post("/account/info", {}, cast.alice.key) for _ in range(51)]
    assert [call.status for call in calls[:50]] == [200] * 50
    assert (calls[50].status, calls[50].code) == (429, "RequestTooFrequently")
    assert int(calls[50].response.headers["Retry-After"]) >= 1
