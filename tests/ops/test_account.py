"""The account behind a key."""

import pytest

from tests.cast import Cast
from tests.server import Server


@pytest.mark.effect("/account/info", seen_by="/account/info")
def test_a_key_tells_its_account(server: Server, cast: Cast) -> None:
    assert server.post("/account/info", {}, cast.alice.key).data["account_name"] == "Acme"
    server.restart()
    assert server.post("/account/info", {}, cast.charlie.key).data == {
        "account_id": cast.account_id,
        "account_name": "Acme",
        "email": "alice@acme.example",
        "phone": "",
        "country_code": "",
        "avatar": "",
        "domain": "",
        "extra_domains": [],
        "locale": "en-US",
        "time_zone": "UTC",
        "created_at": 1767225600,
    }


@pytest.mark.effect("/account/update", seen_by="/account/info")
def test_an_admin_says_which_clocks_the_account_goes_by(server: Server, cast: Cast) -> None:
    wish = {"account_name": "Acme GmbH", "time_zone": "Europe/Berlin"}
    assert server.post("/account/update", wish, cast.alice.key).status == 200
    assert server.post("/account/update", {}, cast.alice.key).status == 200
    server.restart()
    found = server.post("/account/info", {}, cast.bob.key).data
    assert (found["account_name"], found["time_zone"]) == ("Acme GmbH", "Europe/Berlin")


def test_only_an_admin_changes_the_account_and_only_to_a_zone(server: Server, cast: Cast) -> None:
    wish = {"time_zone": "Europe/Berlin"}
    assert server.post("/account/update", wish, cast.bob.key).code == "AccessDenied"
    answer = server.post("/account/update", {"time_zone": "Mars/Base"}, cast.alice.key)
    assert (answer.code, "time_zone" in answer.message) == ("InvalidParameter", True)
