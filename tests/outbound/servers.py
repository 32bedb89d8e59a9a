"""Real servers on loopback: a mail relay that keeps what it gets, and an HTTP server that tells."""

import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tocsin.outbound.address import Reach

LOOPBACK = Reach((ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")))


class Mailbox:
    """An SMTP handler that keeps every mail; `answer` is what it says to DATA, `to` to RCPT."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.logins: list[str] = []
        self.answer = "250 kept"
        self.to = "250 known"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.to.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.mails.append(message_from_bytes(content, policy=default))
        return self.answer

    def authenticate(self, *arguments: Any) -> AuthResult:
        login = arguments[-1]
        self.logins.append(login.login.decode())
        return AuthResult(success=login.password == b"right", handled=False)


class _Relay(Controller):
    def _trigger_server(self) -> None:
        # The base class connects once to see that all is well, and must know the port it got.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(
    mailbox: Mailbox, tls: ssl.SSLContext | None = None, *, implicit: bool = False
) -> Iterator[int]:
    """An SMTP server on loopback; its port. With `tls`, STARTTLS or (`implicit`) TLS at once."""
    options: dict[str, Any] = {"authenticator": mailbox.authenticate, "auth_require_tls": False}
    if implicit:
        controller = _Relay(mailbox, "127.0.0.1", 0, ssl_context=tls, **options)
    else:
        controller = _Relay(
            mailbox, "127.0.0.1", 0, tls_context=tls, require_starttls=bool(tls), **options
        )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


class Certificates:
    """An authority of our own, and both sides' contexts."""

    def __init__(self, *names: str) -> None:
        authority = trustme.CA()
        self.server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(*names).configure_cert(self.server)
        self.client = ssl.create_default_context()
        authority.configure_trust(self.client)


Answering = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def http_server(answering: Answering, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """An HTTP server on loopback that lets `answering` answer; its port."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            answering(self)

        do_GET = do_POST = do_PATCH = handle_any

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    """A plain answer."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
