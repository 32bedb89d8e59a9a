"""Where a watcher takes the pages on trial that a server sends it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import msgspec
from msgspec import Struct

from tocsin.cli.refusal import Refusal
from tocsin.kernel.clock import Clock
from tocsin.kernel.signing import HEADER, is_signed

BODY_BYTES_MAX: Final = 8 * 1024
KEPT_MAX: Final = 1_000
SECONDS_MAX: Final = 10


class Page(Struct, frozen=True):
    """What a page on trial says."""

    nonce: str


class TrialListener:
    """Keeps the nonces of the pages that arrived with the server's signature."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock
        self._nonces: dict[str, None] = {}
        self._lock = threading.Lock()

    def has(self, nonce: str) -> bool:
        """Whether a page arrived."""
        with self._lock:
            return nonce in self._nonces

    def take(self, body: bytes, given: str) -> int:
        """Take a page; the status to answer with."""
        if not is_signed(self._secret, body, given, self._clock.now()):
            return 401
        try:
            page = msgspec.json.decode(body, type=Page)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return 400
        with self._lock:
            self._nonces[page.nonce] = None
            while len(self._nonces) > KEPT_MAX:
                self._nonces.pop(next(iter(self._nonces)))
        return 200

    @contextmanager
    def listening(self, host: str, port: int) -> Iterator[int]:
        """Take pages there for a while; the port, which may be any one if it was 0."""
        take = self.take

        class Handler(BaseHTTPRequestHandler):
            timeout = SECONDS_MAX

            def do_POST(self) -> None:
                declared = self.headers.get("Content-Length", "")
                size = int(declared) if declared.isdecimal() else BODY_BYTES_MAX + 1
                fits = size <= BODY_BYTES_MAX
                status = take(self.rfile.read(size), self.headers.get(HEADER, "")) if fits else 413
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *parts: object) -> None: ...

        try:
            server = ThreadingHTTPServer((host, port), Handler)
        except OSError as failure:
            raise Refusal(f"--listen {host}:{port}: {failure.strerror}.") from None
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
