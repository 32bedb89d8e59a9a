"""Retention over HTTP, on both databases; effects are read back after a restart."""

from typing import Any

import pytest

from tests.cast import Cast, Person
from tests.errors import crash, register, send
from tests.server import Answer, Server
from tocsin.engine import issue as engine


def kept(server: Server, who: Person, application_id: str) -> Any:
    wish = {"application_id": application_id}
    return server.post("/rum/retention/info", wish, who.key).data


def keep(server: Server, who: Person, application_id: str, **wish: Any) -> Answer:
    body = {"application_id": application_id} | wish
    return server.post("/rum/retention/update", body, who.key)


@pytest.mark.effect("/rum/retention/update", "/rum/retention/info", seen_by="/rum/retention/info")
def test_an_application_says_what_it_keeps_and_the_sweep_obeys(server: Server, cast: Cast) -> None:
    with server.database.write() as tx:
        shop = register(tx, cast.account_id)
    default = {"application_id": shop.id, "days": 30, "events_max": 500_000, "event_count": 0}
    default |= {"session_days": 30, "resource_days": 15}
    assert kept(server, cast.charlie, shop.id) == default
    assert keep(server, cast.alice, shop.id, days=1).data == {}
    assert keep(server, cast.alice, shop.id, events_max=100).data == {}
    server.restart()
    assert kept(server, cast.charlie, shop.id) == default | {"days": 1, "events_max": 100}
    send(server.database, shop, *[crash(f"e{n}", server.clock.now()) for n in range(5)])
    assert kept(server, cast.bob, shop.id)["event_count"] == 5
    server.clock.advance(2 * 86_400)
    with server.database.write() as tx:
        engine.sweep(tx, 200)
    assert kept(server, cast.bob, shop.id)["event_count"] == 1


def test_what_cannot_be_kept_is_refused(server: Server, cast: Cast) -> None:
    with server.database.write() as tx:
        shop = register(tx, cast.account_id)
    assert keep(server, cast.alice, shop.id, days=0).code == "InvalidParameter"
    assert keep(server, cast.alice, shop.id, events_max=1).code == "InvalidParameter"
    assert keep(server, cast.charlie, shop.id, days=9).status == 403
    assert keep(server, cast.alice, "none", days=9).code == "ResourceNotFound"
