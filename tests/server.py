"""A real server on a loopback socket, in a thread, on a virtual clock; it can be restarted."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx
import uvicorn

from tests.clock import VirtualClock
from tocsin.edge.server import build
from tocsin.kernel.ids import Ids, seeded_chance
from tocsin.kernel.sealing import Seal
from tocsin.kernel.settings import Settings
from tocsin.kernel.site import Site
from tocsin.store.database import Database

# Loading whom the machine trusts takes longer than most tests; these speak plain HTTP.
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Answer:
    """What came back from an operation."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.body = response.json() if response.content else None

    @property
    def data(self) -> Any:
        assert self.status == 200, self.body
        assert "error" not in self.body
        return self.body["data"]

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])


class Server:
    """`post` speaks to it as a client does; `restart` is a new process on the same database."""

    def __init__(self, url: str, clock: VirtualClock, settings: Settings) -> None:
        self.url = url
        self.clock = clock
        self.settings = settings
        self.lives = 0
        self.journal: list[tuple[int, str]] = []
        self._client = _client()
        self._start()

    def _start(self) -> None:
        self.lives += 1
        # Another seed than that of the `ids` fixture, whose ids are in the database already.
        ids = Ids(self.clock, seeded_chance(1_000 + self.lives))
        self.database = Database.open(self.url, self.clock, ids)
        files = (self.settings.tls_cert, self.settings.tls_key)
        app = build(self.database, self.settings, files if all(files) else None)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_level="warning", lifespan="on", access_log=False
        )
        self._server = uvicorn.Server(config)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(20), "the server did not start"
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.database.site = Site(
            self.base,
            self.settings.invite_without_role,
            Seal(lambda: ["0" * 32]),
            self.settings.outbound_allowed_networks,
            self.settings.files_dir,
            self.settings.files_bytes_max,
            self.settings.object_storage,
            sign_in_provider=self.settings.oidc_name if self.settings.oidc_issuer else "",
        )

    def _serve(self, ready: threading.Event) -> None:
        async def run() -> None:
            serving = asyncio.ensure_future(self._server.serve())
            while not self._server.started and not serving.done():
                await asyncio.sleep(0.002)
            ready.set()
            await serving

        asyncio.run(run())

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self.database.close()

    def restart(self) -> None:
        self.stop()
        self._client.close()
        self._client = _client()
        self._start()

    def close(self) -> None:
        self._client.close()
        self.stop()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._client.request(method, self.base + path, **options)

    def post(self, path: str, body: Any = None, key: str = "", **options: Any) -> Answer:
        """Call an operation with a JSON body."""
        return self._called("POST", path, key, json=body or {}, **options)

    def get(self, path: str, key: str = "") -> Answer:
        """Call an operation that is asked by its address alone."""
        return self._called("GET", path, key)

    def _called(self, method: str, path: str, key: str, **options: Any) -> Answer:
        params = {"app_key": key} if key else {}
        answer = Answer(self.request(method, path, params=params, **options))
        if answer.status == 200:
            self.journal.append((self.lives, path))
        return answer

    def has_shown(self, path: str, seen_by: str) -> bool:
        """Whether `path` was called and, in a later life of the server, `seen_by` was too."""
        first = min((life for life, called in self.journal if called == path), default=None)
        last = max((life for life, called in self.journal if called == seen_by), default=0)
        return first is not None and last > first


def _client() -> httpx.Client:
    """Keeps no cookies: whoever has a session sends it."""
    none = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(timeout=20, verify=NOBODY, cookies=none)


@contextmanager
def serving(url: str, clock: VirtualClock, settings: Settings) -> Iterator[Server]:
    server = Server(url, clock, settings)
    try:
        yield server
    finally:
        server.close()
