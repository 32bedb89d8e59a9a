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
