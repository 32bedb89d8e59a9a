"""What senders that know no 429 are told when they push too often."""

import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.senders.sending import Sending, fixture
from tests.server import Server
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, push_per_second=1)


def test_datadog_is_told_to_come_back_with_503_as_it_gives_up_on_429(
    server: Server, database: Database, cast: Cast
) -> None:
    sender = Sending(server, database, cast, "datadog", "/event/push/alert/datadog")
    first, second = (sender.send(fixture("datadog/triggered.json")) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 503)
    assert second.headers["Retry-After"] == "1"
