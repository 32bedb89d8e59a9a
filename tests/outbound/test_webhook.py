import hashlib
import hmac
from base64 import b64encode
from http.server import BaseHTTPRequestHandler

import msgspec
import pytest

from tests.clock import VirtualClock
from tests.outbound.servers import LOOPBACK, http_server, reply
from tocsin.domain.webhook_try import HookType
from tocsin.kernel.sealing import Seal
from tocsin.outbound.transport import Message, SendFailed
from tocsin.outbound.webhook import Told, WebhookCall, WebhookTransport

BODY = b'{"event_id":"e1","event_type":"i_new"}'
SEAL = Seal(lambda: ["k" * 32])
TOLD = Told(HookType.INCIDENT, "e1", "i_new", 0, 0, "")
PAYLOAD = msgspec.json.encode(WebhookCall(msgspec.Raw(BODY), TOLD, {"X-Team": "core"}))


class Receiver:
    """Keeps what arrives and answers with `status`."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.seen: list[tuple[dict[str, str], bytes]] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.seen.append((dict(handler.headers), body))
        reply(handler, self.status, b"said so")


def transport() -> WebhookTransport:
    return WebhookTransport(LOOPBACK, lambda: SEAL, VirtualClock())


def send(receiver: Receiver, *, may_repeat: bool = False) -> str:
    with http_server(receiver) as port:
        message = Message("d1", f"http://127.0.0.1:{port}/hook", PAYLOAD, may_repeat)
        return transport().send(message).answer


def test_the_body_arrives_with_its_static_headers() -> None:
    receiver = Receiver()
    assert send(receiver) == "200 said so"
    ((headers, body),) = receiver.seen
    assert body == BODY
    assert headers["X-Team"] == "core"
    assert headers["Content-Type"] == "application/json"
    assert "Tocsin-May-Repeat" not in headers


def test_a_possible_repeat_says_so() -> None:
    receiver = Receiver()
    send(receiver, may_repeat=True)
    assert receiver.seen[0][0]["Tocsin-May-Repeat"] == "yes"
    assert receiver.seen[0][1] == BODY


@pytest.mark.parametrize("status", [201, 204, 302, 404, 408, 429, 500, 503])
def test_anything_but_200_is_a_failure_and_not_now_is_worth_another_try(status: int) -> None:
    with pytest.raises(SendFailed, match=str(status)) as failure:
        send(Receiver(status))
    assert failure.value.retryable is (status >= 408)
    assert failure.value.exchange
    assert failure.value.exchange.status == status
    assert failure.value.exchange.body == ("" if status == 204 else "said so")


def test_each_secret_signs_time_and_body() -> None:
    receiver = Receiver()
    sealed = b64encode(SEAL.close("new, old")).decode()
    call = WebhookCall(msgspec.Raw(BODY), TOLD, {}, sealed=sealed)
    with http_server(receiver) as port:
        url = f"http://127.0.0.1:{port}/"
        transport().send(Message("d1", url, msgspec.json.encode(call)))
    ((headers, body),) = receiver.seen
    stamp, *made = headers["Tocsin-Signature"].split(",")
    at = stamp.removeprefix("t=")
    assert int(at) == VirtualClock().now() // 1000
    expected = [
        hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        for secret in (b"new", b"old")
    ]
    assert made == [f"v1={one}" for one in expected]


def test_a_broken_connection_is_worth_another_try() -> None:
    with (
        http_server(lambda handler: handler.connection.close()) as port,
        pytest.raises(SendFailed) as failure,
    ):
        message = Message("d1", f"http://127.0.0.1:{port}/", PAYLOAD)
        transport().send(message)
    assert failure.value.retryable
    assert failure.value.may_have_arrived
