"""Calls by Plivo on their whole way: it is asked to call, and asks back what to say."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import httpx
import msgspec
import pytest
from plivo.utils.signature_v3 import construct_post_url, get_signature_v3

from tests.cast import Cast
from tests.engine.test_services import send_all
from tests.incidents import info, report
from tests.ops.test_preference import prefer
from tests.outbound.servers import http_server
from tests.outbound.test_chats import Sink
from tests.server import Server
from tocsin.engine import handlers
from tocsin.kernel.settings import Settings


@pytest.fixture
def sink() -> Sink:
    return Sink(201, b'{"message": "call fired"}')


@pytest.fixture
def settings(settings: Settings, sink: Sink) -> Iterator[Settings]:
    with http_server(sink) as port:
        yield msgspec.structs.replace(
            settings,
            phone_provider="plivo",
            phone_account="MA1",
            phone_token="secret",
            phone_from="+4930111",
            phone_url=f"http://127.0.0.1:{port}",
        )


def ask(url: str, **form: str) -> httpx.Response:
    """Plivo asks, with the signature that its own package makes."""
    text = construct_post_url(url, form).decode()
    nonce = "12345678901234567890"
    signature = get_signature_v3("secret", text, nonce).decode()
    headers = {"X-Plivo-Signature-V3": signature, "X-Plivo-Signature-V3-Nonce": nonce}
    return httpx.post(url, data=form, headers=headers)


def call(server: Server, settings: Settings, sink: Sink) -> str:
    """Make the call that is owed; where Plivo is told to ask."""
    send_all(server.database, handlers.work(server.database, settings), "voice")
    assert sink.path == "/v1/Account/MA1/Call/"
    assert sink.body["answer_method"] == "POST"
    return str(sink.body["answer_url"])


def test_a_code_and_a_page_are_spoken_and_key_1_acknowledges(
    server: Server, cast: Cast, settings: Settings, sink: Sink
) -> None:
    wish = {"service": "voice", "target": "+49 30 123456"}
    made = server.post("/preference/contact/create", wish, cast.bob.key).data
    url = call(server, settings, sink)
    assert sink.body["to"] == "+4930123456"
    script = ET.fromstring(ask(url, CallUUID="c1").text)
    words = script.findtext("Speak") or ""
    code = "".join(re.findall(r"\b(\d) (\d) (\d) (\d) (\d) (\d) is your code", words)[0])
    proof = {"contact_id": made["contact_id"], "code": code}
    assert server.post("/preference/contact/verify", proof, cast.bob.key).data["is_verified"]
    prefer(server, cast.bob, ["voice"])
    incident = report(server, cast.alice, "Disk full", assigned_to={"person_ids": [cast.bob.id]})
    url = call(server, settings, sink)
    script = ET.fromstring(ask(url, CallUUID="c2").text)
    (asking,) = script.findall("GetDigits")
    assert "Disk full" in (asking.findtext("Speak") or "")
    assert asking.get("method") == "POST"
    assert httpx.post(url, data={"Digits": "1"}).status_code == 403
    assert "Nothing was done" in ask(str(asking.get("action")), Digits="2").text
    assert info(server, cast.bob, incident)["progress"] == "Triggered"
    assert "Acknowledged" in ask(str(asking.get("action")), Digits="1").text
    assert info(server, cast.bob, incident)["progress"] == "Processing"


def test_what_was_spoken_is_not_told_again_later(
    server: Server, cast: Cast, settings: Settings, sink: Sink
) -> None:
    wish = {"service": "voice", "target": "+49 30 123456"}
    server.post("/preference/contact/create", wish, cast.bob.key)
    url = call(server, settings, sink)
    server.clock.advance(3601)
    assert "not valid any more" in ask(url, CallUUID="c1").text
    assert httpx.post(url, data={"CallUUID": "c1"}).status_code == 403
