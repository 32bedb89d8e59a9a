"""The roles of schedules, asked by GET."""

import pytest

from tests.cast import Cast
from tests.server import Server


@pytest.mark.effect("/oncall/roles", seen_by="/oncall/roles")
def test_a_schedule_has_a_primary_and_a_backup(server: Server, cast: Cast) -> None:
    found = server.get("/oncall/roles", cast.charlie.key).data
    server.restart()
    assert server.get("/oncall/roles", cast.charlie.key).data == found
    assert [(one["role_id"], one["role_name"]) for one in found["items"]] == [
        (1, "Primary"),
        (2, "Backup"),
    ]
    wrong = server.post("/oncall/roles", {}, cast.charlie.key)
    assert wrong.code == "MethodNotAllowed"
    assert "GET" in wrong.message
