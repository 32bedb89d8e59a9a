from http.server import BaseHTTPRequestHandler

import msgspec
import pytest

from tests.outbound.servers import LOOPBACK, http_server, reply
from tocsin.outbound.transport import Message, SendFailed
from tocsin.outbound.webhook import WebhookCall, WebhookTransport

BODY = b'{"event_id":"e1","event_type":"i_new"}'
PAYLOAD = msgspec.json.encode(WebhookCall(msgspec.Raw(BODY), {"X-Team": "core"}))


class Receiver:
    """Keeps what arrives and answers with `status`."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.seen: list[tuple[dict[str, str], bytes]] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.seen.append((dict(handler.headers), body))
        reply(handler, self.status, b"said so")


def send(receiver: Receiver, *, may_repeat: bool = False) -> str:
    with http_server(receiver) as port:
        message = Message("d1", f"http://127.0.0.1:{port}/hook", PAYLOAD, may_repeat)
        return WebhookTransport(LOOPBACK).send(message).answer


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


@pytest.mark.parametrize("status", [201, 204, 302, 404, 429, 500])
def test_anything_but_200_is_a_failure_without_another_try(status: int) -> None:
    with pytest.raises(SendFailed, match=str(status)) as failure:
        send(Receiver(status))
    assert not failure.value.retryable


def test_a_broken_connection_is_worth_another_try() -> None:
    with (
        http_server(lambda handler: handler.connection.close()) as port,
        pytest.raises(SendFailed) as failure,
    ):
        message = Message("d1", f"http://127.0.0.1:{port}/", PAYLOAD)
        WebhookTransport(LOOPBACK).send(message)
    assert failure.value.retryable
    assert failure.value.may_have_arrived
