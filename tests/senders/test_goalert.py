"""Senders of a GoAlert install: the names they use, and what they hear."""

import pytest

from tests.cast import Cast
from tests.push import engine
from tests.senders.sending import Sending
from tests.server import Server
from tocsin.store.database import Database

PATH = "/api/v2/generic/incoming"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def sender(server: Server, database: Database, cast: Cast) -> Sending:
    return Sending(server, database, cast, "goalert", PATH)


def test_who_asks_for_json_hears_a_number_that_stays_the_same(sender: Sending) -> None:
    address = f"{PATH}?token={sender.key}"
    asked = {**FORM, "Accept": "application/json"}
    told = [sender.send("summary=disk", asked, address).json() for _ in range(2)]
    assert told[0] == told[1]
    assert set(told[0]) == {"AlertID", "ServiceID", "IsNew"}


def test_a_close_that_names_nothing_is_refused(sender: Sending) -> None:
    assert sender.send("action=close", FORM, f"{PATH}?token={sender.key}").status_code == 400
    assert sender.send("", {}, f"{PATH}?token={sender.key}").status_code == 400


def test_the_token_is_kept_nowhere(sender: Sending) -> None:
    sender.send("details=x", FORM, f"{PATH}?token={sender.key}")
    engine(sender.database)
    [kept] = sender.rejected()
    assert sender.key not in str(kept)
