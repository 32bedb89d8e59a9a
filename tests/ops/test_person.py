"""People by id."""

import pytest

from tests.cast import Cast
from tests.server import Server


@pytest.mark.effect("/person/infos", seen_by="/person/infos")
def test_people_come_in_the_order_asked_and_the_owner_is_the_account(
    server: Server, cast: Cast
) -> None:
    body = {"person_ids": [cast.charlie.id, 1, cast.alice.id, cast.charlie.id]}
    assert len(server.post("/person/infos", body, cast.bob.key).data["items"]) == 2
    server.restart()
    found = server.post("/person/infos", body, cast.bob.key).data["items"]
    assert [(each["person_id"], each["person_name"], each["as"]) for each in found] == [
        (cast.charlie.id, "Charlie", "member"),
        (cast.account_id, "Alice", "account"),
    ]
    assert found[0]["email"] == "charlie@acme.example"
    assert found[0]["status"] == "enabled"
    assert server.post("/person/infos", {"person_ids": []}, cast.bob.key).data == {"items": []}
    assert server.post("/person/infos", {}, cast.bob.key).code == "InvalidParameter"
