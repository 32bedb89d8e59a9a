"""Push to browsers on its whole way: subscribed, proved, told of an incident, and forgotten."""

import re
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from tests.browser import Browser
from tests.cast import Cast, Person
from tests.engine.test_services import send_all
from tests.incidents import fire_timers, report, timeline
from tests.ops.test_preference import prefer
from tests.outbound.servers import http_server
from tests.server import Server
from tocsin.engine import handlers
from tocsin.engine.handling import Work
from tocsin.kernel.settings import Settings
from tocsin.store import delivery


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(
        settings, outbound_allowed_networks="127.0.0.0/8", smtp_from="ops@acme.example"
    )


@pytest.fixture
def work(server: Server, settings: Settings) -> Work:
    return handlers.work(server.database, settings)


def browser_of(server: Server, who: Person) -> Browser:
    return Browser(server.post("/preference/push/key", {}, who.key).data["public_key"])


def subscribe(server: Server, who: Person, browser: Browser, url: str) -> dict[str, Any]:
    wish = {"endpoint": url, "keys": browser.keys, "name": "Laptop"}
    return dict(server.post("/preference/push/subscribe", wish, who.key).data)


def prove(server: Server, who: Person, browser: Browser, work: Work, url: str) -> str:
    """The id of a contact that was proved by the code that arrived in the browser."""
    made = subscribe(server, who, browser, url)
    send_all(server.database, work, "webpush")
    (code,) = re.findall(r"\b\d{6}\b", browser.got[-1]["body"])
    proof = {"contact_id": made["contact_id"], "code": code}
    assert server.post("/preference/contact/verify", proof, who.key).data["is_verified"]
    return str(made["contact_id"])


def contacts(server: Server, who: Person) -> list[str]:
    items = server.post("/preference/contact/list", {}, who.key).data["items"]
    return [item["contact_id"] for item in items]


@pytest.mark.effect("/preference/push/key", seen_by="/preference/push/key")
@pytest.mark.effect("/preference/push/subscribe", seen_by="/preference/contact/list")
@pytest.mark.effect("/preference/push/unsubscribe", seen_by="/preference/contact/list")
def test_a_browser_is_told_in_a_way_that_only_it_can_read(
    server: Server, cast: Cast, work: Work
) -> None:
    browser = browser_of(server, cast.bob)
    with http_server(browser) as port:
        url = f"http://127.0.0.1:{port}/push/abc"
        contact = prove(server, cast.bob, browser, work, url)
        prefer(server, cast.bob, ["push"])
        incident = report(
            server, cast.alice, "Datenbank \u00fcberl\u00e4uft " * 20,
            assigned_to={"person_ids": [cast.bob.id]}, description="\u6f22" * 4000,
        )  # fmt: skip
        send_all(server.database, work, "webpush")
        told = browser.got[-1]
        assert told["title"].startswith("[Warning] #")
        assert told["severity"] == "Warning"
        assert f"/app/incidents/{incident}" in told["url"]
        assert "/ack/" in told["ack_url"]
        claims, headers = browser.claims[-1], browser.headers[-1]
        assert claims["aud"] == f"http://127.0.0.1:{port}"
        assert claims["sub"] == "mailto:ops@acme.example"
        assert 0 < claims["exp"] - server.clock.now() // 1000 <= 86400
        assert (headers["ttl"], headers["urgency"]) == ("3600", "high")
        server.restart()
        assert server.post("/preference/push/key", {}, cast.alice.key).data["public_key"] == (
            browser.server_key
        )
        assert contacts(server, cast.bob) == [contact]
        again = subscribe(server, cast.bob, browser, url)
        assert again == {"contact_id": contact, "is_verified": True}
        gone = {"endpoint": url}
        assert server.post("/preference/push/unsubscribe", gone, cast.alice.key).code == (
            "ResourceNotFound"
        )
        assert server.post("/preference/push/unsubscribe", gone, cast.bob.key).status == 200
    server.restart()
    assert contacts(server, cast.bob) == []


def test_a_browser_that_is_gone_is_forgotten_and_the_page_goes_another_way(
    server: Server, cast: Cast, work: Work
) -> None:
    browser = browser_of(server, cast.bob)
    with http_server(browser) as port:
        prove(server, cast.bob, browser, work, f"http://127.0.0.1:{port}/push/abc")
        prefer(server, cast.bob, ["push"])
        browser.status = 503
        incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
        send_all(server.database, work, "webpush")
        assert len(contacts(server, cast.bob)) == 1
        browser.status = 410
        server.clock.advance(60)
        send_all(server.database, work, "webpush")
    assert contacts(server, cast.bob) == []
    fire_timers(server.database)
    ways = [one["detail"]["by"] for one in timeline(server, cast.bob, incident, types=["i_notify"])]
    assert ways == ["push", "email"]


def test_a_private_key_and_a_code_lie_sealed(server: Server, cast: Cast, work: Work) -> None:
    browser = browser_of(server, cast.bob)
    with http_server(browser) as port:
        subscribe(server, cast.bob, browser, f"http://127.0.0.1:{port}/push/abc")
        with server.database.read() as tx:
            rows = [str(tx.tuples(text(f"SELECT * FROM {one}"))) for one in ("delivery", "contact")]
        send_all(server.database, work, "webpush")
    (code,) = re.findall(r"\b\d{6}\b", browser.got[0]["body"])
    assert not any(code in one or browser.keys["auth"] in one for one in rows)


@pytest.mark.parametrize("keys", [{"p256dh": "AAAA"}, {"auth": "!!"}, {"auth": ""}])
def test_what_is_no_subscription_is_refused(
    server: Server, cast: Cast, keys: dict[str, str]
) -> None:
    browser = browser_of(server, cast.bob)
    wish = {"endpoint": "https://push.example/x", "keys": {**browser.keys, **keys}}
    answer = server.post("/preference/push/subscribe", wish, cast.bob.key)
    assert answer.code == "InvalidParameter"
    assert "base64url" in answer.message


def test_a_key_that_is_on_no_curve_is_given_up(server: Server, cast: Cast, work: Work) -> None:
    browser = browser_of(server, cast.bob)
    browser.public = b"\x04" + b"\x01" * 64
    made = subscribe(server, cast.bob, browser, "http://127.0.0.1:9/x")
    send_all(server.database, work, "webpush")
    with server.database.read() as tx:
        (owed,) = delivery.of(tx, cast.account_id, made["contact_id"])
    assert (str(owed.status), "not usable" in owed.last_error) == ("failed", True)
