"""Bodies that never finish."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.cast import Cast
from tests.edge.doors import application
from tests.server import Server
from tocsin.edge import http


def half_sent(server: Server, path: str) -> tuple[int, str]:
    """Status and text of the answer to a request whose body stops in the middle."""
    place = urlsplit(server.base)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        line.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        answer = line.recv(65536).decode()
        while "\r\n\r\n" not in answer or answer.endswith("\r\n\r\n"):
            answer += line.recv(65536).decode()
    return int(answer.split()[1]), answer


def test_a_body_that_never_finishes_is_refused_at_every_door(
    server: Server, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS_MAX", 0.1)
    keys = application(server, cast)
    for path, status in (
        (f"/team/list?app_key={cast.alice.key}", 400),
        (f"/api/{keys.project}/envelope/?sentry_key={keys.public_key}", 408),
        (f"/api/v2/rum?dd-api-key={keys.client_token}", 408),
    ):
        found, answer = half_sent(server, path)
        assert (found, "did not arrive within" in answer) == (status, True)
