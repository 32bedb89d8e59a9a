"""The one way out over HTTP to a URL that somebody else wrote.

The name is resolved once, the address checked and connected to; redirects are not followed (an
answer that redirects is an answer); the answer's size and the whole conversation are bounded.
"""

import ssl
from collections.abc import Mapping
from http.client import HTTPException
from typing import Final
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_match_hostname import CertificateError

from tocsin.outbound.address import Address, Reach, resolve
from tocsin.outbound.deadline import Deadline
from tocsin.outbound.transport import SendFailed
from tocsin.outbound.trust import machine_trust

ANSWER_BYTES_MAX: Final = 64 * 1024
_PORTS: Final = {"http": 80, "https": 443}


class Fetch(Struct, frozen=True):
    """A request to make. Headers are sent as they are, beside Host and Content-Length."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = {}
    body: bytes = b""
    seconds_max: float = 10
    answer_bytes_max: int = ANSWER_BYTES_MAX
    verify_tls: bool = True


class Answer(Struct, frozen=True):
    """What came back; `body` is cut at the request's bound."""

    status: int
    headers: dict[str, str]
    body: bytes


def fetch(request: Fetch, reach: Reach, trust: ssl.SSLContext | None = None) -> Answer:
    """Make the request. Raises SendFailed for a bad URL, a barred address or a broken connection.

    `trust` replaces the system's certificate authorities.
    """
    parts = _split(request.url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    deadline = Deadline(request.seconds_max)
    address = resolve(host, port, reach)
    connection = _connection(parts.scheme, host, port, address, request, trust)
    connection.timeout = deadline.remaining
    try:
        connection.connect()
    except (HTTPError, OSError, CertificateError) as failure:
        connection.close()
        raise SendFailed(f"no connection to {host}:{port}: {failure}", retryable=True) from None
    try:
        return _converse(connection, request, parts, deadline)
    except (HTTPError, HTTPException, OSError, ValueError) as failure:
        why = "no answer in time" if deadline.passed else f"the connection broke: {failure}"
        raise SendFailed(f"{host}:{port}: {why}", retryable=True, may_have_arrived=True) from None
    finally:
        connection.close()


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SendFailed("the URL is not an http:// or https:// address", retryable=False)
    return parts


def _connection(
    scheme: str,
    host: str,
    port: int,
    address: Address,
    request: Fetch,
    trust: ssl.SSLContext | None,
) -> HTTPConnection:
    if scheme == "http":
        return HTTPConnection(str(address), port)
    return HTTPSConnection(
        str(address),
        port,
        server_hostname=host,
        assert_hostname=host if request.verify_tls else False,
        cert_reqs="CERT_REQUIRED" if request.verify_tls else "CERT_NONE",
        ssl_context=trust or machine_trust(verify=request.verify_tls),
    )


def _converse(
    connection: HTTPConnection, request: Fetch, parts: SplitResult, deadline: Deadline
) -> Answer:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {**request.headers, "Host": parts.netloc.rpartition("@")[2]}
    sock = connection.sock
    sock.settimeout(deadline.remaining)
    with deadline.cutting(lambda: sock):
        connection.request(
            request.method, target, body=request.body or None, headers=headers,
            preload_content=False, decode_content=False,
        )  # fmt: skip
        answer = connection.getresponse()
        body = answer.read(request.answer_bytes_max, decode_content=False)
        answer.close()
    if deadline.passed:
        raise TimeoutError
    return Answer(answer.status, dict(answer.headers), body)
