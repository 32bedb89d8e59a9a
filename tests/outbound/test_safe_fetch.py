import socket
import threading
from http.server import BaseHTTPRequestHandler

import pytest

from tests.outbound.servers import LOOPBACK, Certificates, http_server, reply
from tocsin.outbound.address import Reach
from tocsin.outbound.safe_fetch import Fetch, fetch
from tocsin.outbound.transport import SendFailed


def test_the_request_arrives_as_it_was_written() -> None:
    seen: list[tuple[str, str, str, bytes]] = []

    def answering(handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        seen.append((handler.command, handler.path, handler.headers["Host"], body))
        reply(handler, 201, b"made", X_Kind="test")

    with http_server(answering) as port:
        answer = fetch(
            Fetch(f"http://localhost:{port}/a?b=c", "POST", {"X-One": "1"}, b"body"), LOOPBACK
        )
    assert seen == [("POST", "/a?b=c", f"localhost:{port}", b"body")]
    assert (answer.status, answer.body, answer.headers["X-Kind"]) == (201, b"made", "test")


def test_an_internal_address_is_never_connected_to() -> None:
    called: list[str] = []
    with (
        http_server(lambda handler: called.append(handler.path)) as port,
        pytest.raises(SendFailed) as refusal,
    ):
        fetch(Fetch(f"http://localhost:{port}/"), Reach())
    assert not refusal.value.retryable
    assert not called


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    paths: list[str] = []

    def answering(handler: BaseHTTPRequestHandler) -> None:
        paths.append(handler.path)
        reply(handler, 302, Location="/elsewhere")

    with http_server(answering) as port:
        assert fetch(Fetch(f"http://127.0.0.1:{port}/"), LOOPBACK).status == 302
    assert paths == ["/"]


def test_a_long_answer_is_cut() -> None:
    with http_server(lambda handler: reply(handler, 200, b"x" * 10_000)) as port:
        answer = fetch(Fetch(f"http://127.0.0.1:{port}/", answer_bytes_max=100), LOOPBACK)
    assert answer.body == b"x" * 100


def test_tls_is_checked_against_the_name_in_the_url() -> None:
    certificates = Certificates("localhost")
    with http_server(lambda handler: reply(handler, 200), certificates.server) as port:
        url = f"https://localhost:{port}/"
        assert fetch(Fetch(url), LOOPBACK, certificates.client).status == 200
        with pytest.raises(SendFailed, match="hostname"):
            fetch(Fetch(f"https://127.0.0.1:{port}/"), LOOPBACK, certificates.client)
        with pytest.raises(SendFailed, match="certificate"):
            fetch(Fetch(url), LOOPBACK)
        assert fetch(Fetch(url, verify_tls=False), LOOPBACK).status == 200


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "/path", "http://", "http://[::1", "http://x:99999/", "file:///etc"],
)
def test_a_url_that_is_none_is_refused_for_good(url: str) -> None:
    with pytest.raises(SendFailed) as refusal:
        fetch(Fetch(url), LOOPBACK)
    assert not refusal.value.retryable


def test_nobody_listening_is_worth_another_try_and_no_repeat() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SendFailed) as failure:
        fetch(Fetch(f"http://127.0.0.1:{port}/"), LOOPBACK)
    assert failure.value.retryable
    assert not failure.value.may_have_arrived


@pytest.mark.parametrize("drip", [b"", b"H", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"])
def test_a_server_that_drips_its_answer_is_cut_off_in_time(drip: bytes) -> None:
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(drip)
            try:
                while not over.wait(0.05):
                    connection.sendall(b"x")
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=[listener])
        server.start()
        with pytest.raises(SendFailed, match="in time") as failure:
            fetch(
                Fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/", seconds_max=0.3), LOOPBACK
            )
        over.set()
        server.join()
    assert failure.value.may_have_arrived
