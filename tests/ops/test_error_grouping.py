"""Grouping rules over HTTP: tried out, saved, and obeyed by the errors that come next."""

from typing import Any

import pytest

from tests.cast import Cast, Person
from tests.errors import crash, register, send
from tests.server import Answer, Server
from tocsin.domain.application import Application
from tocsin.domain.error_event import Thrown
from tocsin.kernel.units import DAY

ONE = 'error.type:*Down -> database-down title="The database is down"'


@pytest.fixture
def shop(server: Server, cast: Cast) -> Application:
    with server.database.write() as tx:
        return register(tx, cast.account_id)


def grouping(server: Server, who: Person, verb: str, shop: Application, **wish: Any) -> Answer:
    path = f"/rum/application/grouping/{verb}"
    return server.post(path, {"application_id": shop.id} | wish, who.key)


def titles(server: Server, who: Person) -> dict[str, int]:
    now = server.clock.now()
    window = {"start_time": now - DAY, "end_time": now + DAY}
    found = server.post("/rum/issue/list", window, who.key).data["items"]
    return {each["error"]["message"]: each["error_count"] for each in found}


@pytest.mark.effect(
    "/rum/application/grouping/update",
    "/rum/application/grouping/info",
    "/rum/application/grouping/preview",
    seen_by="/rum/application/grouping/info",
)
def test_rules_are_tried_out_saved_and_obeyed(
    server: Server, cast: Cast, shop: Application
) -> None:
    at = server.clock.now()
    for number, kind in enumerate(("ReadDown", "WriteDown", "KeyError")):
        thrown = crash("x", at, kind).exceptions[0]
        error = crash(f"e{number}", at, exceptions=(Thrown(kind, kind, thrown.frames),))
        send(server.database, shop, error, crash_of(error, f"f{number}", tenant="acme"))
    assert titles(server, cast.alice) == {"ReadDown": 2, "WriteDown": 2, "KeyError": 2}
    info = grouping(server, cast.charlie, "info", shop).data
    assert (info["fingerprint_rules"], info["stack_rules"]) == ("", "")
    same = grouping(server, cast.bob, "preview", shop).data
    assert (same["event_count"], same["issue_count"], same["issues"]) == (6, 3, [])

    tried = grouping(server, cast.bob, "preview", shop, fingerprint_rules=ONE).data
    assert (tried["joined_count"], tried["split_count"]) == (2, 0)
    assert {each["title"] for each in tried["issues"]} == {
        "ReadDown: ReadDown",
        "WriteDown: WriteDown",
    }
    (target,) = tried["issues"][0]["targets"]
    assert (target["issue_id"], target["is_new"], target["event_count"]) == ("new-1", True, 2)
    assert target["parts"] == ["database-down"]
    assert "database-down" in target["reason"]
    split = grouping(
        server,
        cast.bob,
        "preview",
        shop,
        fingerprint_rules="tags.tenant:* -> {{ default }} {{ tags.tenant }}",
    ).data
    assert (split["joined_count"], split["split_count"]) == (0, 3)
    assert grouping(server, cast.bob, "info", shop).data == info

    assert grouping(server, cast.alice, "update", shop, fingerprint_rules=ONE).data == {}
    grouping(server, cast.alice, "update", shop, stack_rules="function:handle +app")
    server.restart()
    saved = grouping(server, cast.charlie, "info", shop).data
    assert (saved["fingerprint_rules"], saved["stack_rules"]) == (ONE, "function:handle +app")
    assert (saved["updated_by"], saved["updated_at"]) == (cast.alice.id, server.clock.now())

    for number, kind in enumerate(("ReadDown", "WriteDown", "KeyError")):
        thrown = crash("x", at, kind).exceptions[0]
        error = crash(f"g{number}", at, exceptions=(Thrown(kind, kind, thrown.frames),))
        send(server.database, shop, error)
    after = {"The database is down": 2, "ReadDown": 2, "WriteDown": 2, "KeyError": 3}
    assert titles(server, cast.alice) == after


def crash_of(error: Any, event_id: str, **tags: str) -> Any:
    return crash(event_id, error.received_at, exceptions=error.exceptions, tags=tags)


def test_who_may_not_and_what_cannot_be_read_is_refused(
    server: Server, cast: Cast, shop: Application
) -> None:
    refused = grouping(server, cast.alice, "update", shop, fingerprint_rules="ok:1 -> x")
    assert refused.code == "InvalidParameter"
    assert "line 1: ok is no matcher" in refused.message
    assert grouping(server, cast.bob, "preview", shop, stack_rules="x").code == "InvalidParameter"
    assert grouping(server, cast.charlie, "update", shop, stack_rules="").status == 403
    with server.database.write() as tx:
        other = register(tx, cast.account_id, "Hidden", is_private=True)
    assert grouping(server, cast.bob, "preview", other).code == "ResourceNotFound"
