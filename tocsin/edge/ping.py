"""Where heartbeats are pinged: `/ping/<key>`, and the addresses of services one moves from.

A ping is on disk before it is answered. It is asked for by cron jobs and shell scripts, so any of
GET, POST and HEAD will do, and the answer is a word.
"""

import logging
import re
from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tocsin.domain.heartbeat import Ping
from tocsin.edge.app import Route
from tocsin.edge.http import bounded_body, client_ip
from tocsin.engine import heartbeat
from tocsin.engine.heartbeat import Call
from tocsin.kernel.errors import Failure
from tocsin.sources.source import clean
from tocsin.store.database import Database

METHODS: Final = ("GET", "POST", "HEAD")
BODY_BYTES_MAX: Final = 100 * 1024

_OURS: Final = re.compile(
    r"/ping/(?P<key>[A-Za-z0-9_-]{16,64})(/(?P<said>success|start|fail|log|\d{1,3}))?/?"
)
_GOALERT: Final = re.compile(r"/api/v2/heartbeat/(?P<key>[A-Za-z0-9_-]{16,64})/?")
_ONCALL: Final = re.compile(r"/integrations/v1/[^/]+/(?P<key>[A-Za-z0-9_-]{16,64})/heartbeat/?")
_OPSGENIE: Final = re.compile(r"/v2/heartbeats/(?P<name>[^/]{1,100})/ping/?")
_GENIE: Final = "geniekey "
_WHY_NOT: Final = {
    400: "the body did not arrive whole; send it again",
    404: "no heartbeat has this name or key",
    413: f"the body must be at most {BODY_BYTES_MAX} bytes",
    503: "the ping could not be kept; send it again",
}

log = logging.getLogger(__name__)


class Pings:
    """The addresses that heartbeats are heard at."""

    def __init__(self, database: Database, knocked: Callable[[str, str], None]) -> None:
        self._database = database
        self._knocked = knocked

    def routes(self) -> list[Route]:
        return [
            Route(_OURS, self.ours),
            Route(_GOALERT, self.goalert),
            Route(_ONCALL, self.oncall),
            Route(_OPSGENIE, self.opsgenie),
        ]

    async def ours(self, request: Request) -> Response:
        """A success, or what the path's last part says: start, fail, log, or an exit code."""
        found = _OURS.fullmatch(request.url.path)
        return await self._by_key(request, found, PlainTextResponse("OK"))

    async def goalert(self, request: Request) -> Response:
        """A success, as GoAlert's heartbeats are told."""
        return await self._by_key(request, _GOALERT.fullmatch(request.url.path), Response(b"", 204))

    async def oncall(self, request: Request) -> Response:
        """A success, as Grafana OnCall's integrations are told."""
        found = _ONCALL.fullmatch(request.url.path)
        return await self._by_key(request, found, PlainTextResponse("Ok."))

    async def opsgenie(self, request: Request) -> Response:
        """A success by name, in the account of the integration whose key is the GenieKey."""
        found = _OPSGENIE.fullmatch(request.url.path)
        said = request.headers.get("authorization", "")
        key = said[len(_GENIE) :].strip() if said.lower().startswith(_GENIE) else ""
        if not key:
            return _opsgenie(401, "Could not authenticate", self._database.ids.hex32())
        status = await self._hear(request, Ping.SUCCESS, key, found["name"] if found else "")
        said = {200: "PONG - Heartbeat received"}.get(status, _WHY_NOT.get(status, ""))
        return _opsgenie(202 if status == 200 else status, said, self._database.ids.hex32())

    async def _by_key(
        self, request: Request, found: re.Match[str] | None, yes: Response
    ) -> Response:
        if request.method not in METHODS:
            return PlainTextResponse(
                "ping with GET, POST or HEAD", 405, {"Allow": ", ".join(METHODS)}
            )
        said = found.groupdict().get("said") or "" if found else ""
        status = await self._hear(request, _meaning(said), found["key"] if found else "")
        return yes if status == 200 else PlainTextResponse(_WHY_NOT[status], status)

    async def _hear(self, request: Request, ping: Ping, key: str, name: str = "") -> int:
        """Keep a ping; the status that says how it went, a key of _WHY_NOT unless 200."""
        status = await self._take(request, ping, key, name)
        self._knocked("/ping", "accepted" if status == 200 else str(status))
        return status

    async def _take(self, request: Request, ping: Ping, key: str, name: str) -> int:
        try:
            body = await bounded_body(request, BODY_BYTES_MAX)
        except Failure as failure:
            return failure.status
        code = request.url.path.rstrip("/").rpartition("/")[2]
        call = Call(
            ping=ping,
            method=request.method,
            ip=client_ip(request),
            agent=clean(request.headers.get("user-agent", "")),
            exit_code=int(code) if not name and code.isdigit() and len(code) <= 3 else -1,
            body=clean(body.decode("utf-8", "replace")),
        )
        try:
            return await run_in_threadpool(self._keep, call, key, name)
        except SQLAlchemyError:
            log.exception("a ping could not be kept")
            return 503

    def _keep(self, call: Call, key: str, name: str) -> int:
        with self._database.write() as tx:
            found = heartbeat.by_name(tx, key, name) if name else heartbeat.by_key(tx, key)
            if found is None:
                return 404
            heartbeat.ping(tx, found, call)
            return 200


def _meaning(said: str) -> Ping:
    """What the last part of an address says; an exit code of 0 is a success, any other a failure."""
    if said.isdigit():
        return Ping.FAIL if int(said) else Ping.SUCCESS
    return Ping(said or Ping.SUCCESS)


def _opsgenie(status: int, result: str, request_id: str) -> Response:
    said = {"result" if status == 202 else "message": result, "took": 0.0, "requestId": request_id}
    return Response(msgspec.json.encode(said), status, media_type="application/json")
