"""Chat robots and push servers, over HTTP; signatures are computed here from each one's manual."""

import base64
import hashlib
import hmac
import json
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from tests.clock import VirtualClock
from tests.outbound.servers import LOOPBACK, http_server, reply
from tocsin.domain.contact import Address
from tocsin.kernel.sealing import Seal
from tocsin.outbound import chats, push
from tocsin.outbound.post import Build, Post, PostTransport, sealed
from tocsin.outbound.transport import Message, SendFailed

SEAL = Seal(lambda: ["k" * 32])
SECRET = "SEC0123"


class Sink:
    """Keeps requests and answers as it is told."""

    def __init__(self, status: int = 200, body: bytes = b"ok") -> None:
        self.answer = (status, body)
        self.path = ""
        self.headers: dict[str, str] = {}
        self.raw = b""

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        self.path, self.headers = handler.path, dict(handler.headers)
        self.raw = handler.rfile.read(int(handler.headers["Content-Length"]))
        reply(handler, *self.answer)

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}


def send(
    sink: Sink, build: Build, path: str = "/hook", *, may_repeat: bool = False, **more: str
) -> str:
    with http_server(sink) as port:
        return post_to(f"http://127.0.0.1:{port}{path}", build, may_repeat=may_repeat, **more)


def post_to(target: str, build: Build, *, may_repeat: bool = False, **more: str) -> str:
    post = Post(
        title="[Critical] #1 down",
        text="down on web-1",
        severity="Critical",
        url="https://t.example/i",
        ack_url="https://t.example/ack/x",
        sealed=sealed(SEAL, Address(target, **more)),
    )
    transport = PostTransport(build, LOOPBACK, lambda: SEAL, VirtualClock())
    message = Message("d1", "chat", msgspec.json.encode(post), may_repeat)
    return transport.send(message).answer


def test_slack_takes_text() -> None:
    sink = Sink()
    assert send(sink, chats.slack, may_repeat=True) == "200 ok"
    assert sink.body == {"text": "down on web-1\nThis message may be a repeat."}


def test_teams_takes_a_card_with_buttons() -> None:
    sink = Sink(202, b"")
    send(sink, chats.teams)
    (attachment,) = sink.body["attachments"]
    assert [one["url"] for one in attachment["content"]["actions"]] == [
        "https://t.example/i",
        "https://t.example/ack/x",
    ]


def test_feishu_checks_time_and_secret() -> None:
    sink = Sink(body=b'{"code":0,"msg":"success"}')
    send(sink, chats.feishu, sign_secret=SECRET)
    stamp = sink.body["timestamp"]
    expected = hmac.new(f"{stamp}\n{SECRET}".encode(), digestmod=hashlib.sha256).digest()
    assert sink.body["sign"] == base64.b64encode(expected).decode()
    assert int(stamp) == VirtualClock().now() // 1000


def test_dingtalk_checks_time_and_secret() -> None:
    sink = Sink(body=b'{"errcode":0,"errmsg":"ok"}')
    send(sink, chats.dingtalk, "/robot/send?access_token=t", sign_secret=SECRET)
    stamp = sink.query["timestamp"]
    text = f"{stamp}\n{SECRET}".encode()
    expected = hmac.new(SECRET.encode(), text, hashlib.sha256).digest()
    assert base64.b64decode(sink.query["sign"]) == expected
    assert int(stamp) == VirtualClock().now()
    assert sink.query["access_token"] == "t"


def test_wecom_takes_markdown() -> None:
    sink = Sink(body=b'{"errcode":0}')
    send(sink, chats.wecom)
    assert sink.body == {"msgtype": "markdown", "markdown": {"content": "down on web-1"}}


def test_telegram_is_a_bot_with_a_button() -> None:
    sink = Sink(body=b'{"ok":true}')
    with http_server(sink) as port:
        post_to("-100", chats.telegram(f"http://127.0.0.1:{port}"), token="12:AB")
    assert sink.path == "/bot12:AB/sendMessage"
    assert (sink.body["chat_id"], sink.body["text"]) == ("-100", "down on web-1")
    ((button,),) = sink.body["reply_markup"]["inline_keyboard"]
    assert button["url"] == "https://t.example/ack/x"


def test_zoom_wants_its_token() -> None:
    sink = Sink()
    send(sink, chats.zoom, token="verify")
    assert (sink.query, sink.headers["Authorization"]) == ({"format": "full"}, "verify")


def test_ntfy_publishes_to_the_topic_of_the_address() -> None:
    sink = Sink(body=b"{}")
    send(sink, push.ntfy, "/sub/oncall", token="tk")
    assert (sink.path, sink.headers["Authorization"]) == ("/sub", "Bearer tk")
    assert (sink.body["topic"], sink.body["priority"]) == ("oncall", 5)
    assert sink.body["actions"][0]["url"] == "https://t.example/ack/x"


def test_gotify_and_unified_push_take_what_they_show() -> None:
    sink = Sink(body=b'{"id":1}')
    send(sink, push.gotify, "", token="app")
    assert (sink.path, sink.headers["X-Gotify-Key"]) == ("/message", "app")
    assert sink.body["priority"] == 10
    send(sink, push.unified_push, "/UP?id=1")
    assert sink.raw.decode() == "[Critical] #1 down\ndown on web-1\nhttps://t.example/ack/x"


@pytest.mark.parametrize(
    ("status", "body", "again"),
    [
        (500, b"", True),
        (429, b"", True),
        (403, b"", False),
        (200, b'{"code":19021,"msg":"sign match fail"}', False),
        (200, b'{"errcode":310000}', False),
        (200, b'{"ok":false}', False),
    ],
)
def test_a_no_is_heard_even_inside_a_yes(status: int, body: bytes, again: bool) -> None:
    with pytest.raises(SendFailed) as failure:
        send(Sink(status, body), chats.slack)
    assert failure.value.retryable is again


def test_an_address_sealed_with_another_key_waits_for_it() -> None:
    payload = Post("t", "x", "Info", sealed=sealed(Seal(lambda: ["o" * 32]), Address("http://x")))
    transport = PostTransport(chats.slack, LOOPBACK, lambda: SEAL, VirtualClock())
    with pytest.raises(SendFailed) as failure:
        transport.send(Message("d", "chat", msgspec.json.encode(payload)))
    assert failure.value.retryable
