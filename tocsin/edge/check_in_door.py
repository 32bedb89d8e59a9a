"""Where a scheduled job checks in without an SDK: `…/api/<project>/cron/<job>/<key>/?status=…`.

It takes the way of an SDK's check-in, as an envelope that holds just that.
"""

import re
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.error_event import Door
from tocsin.edge import cors
from tocsin.edge.app import Route
from tocsin.edge.error_gate import ErrorGate, Refused, received
from tocsin.edge.senders import Senders
from tocsin.sources import sentry_extra
from tocsin.sources.source import Unreadable, parse_object

PATH: Final = re.compile(
    r"(?:/.*)?/api/(?P<project>\d{1,18})/cron/(?P<slug>[^/]{1,100})/(?P<key>[0-9a-fA-F]{32})/?"
)
METHODS: Final = ("GET", "POST", "PUT")
BODY_BYTES_MAX: Final = 100 * 1024
_SAID: Final = ("status", "check_in_id", "environment")


class CheckInDoor:
    """Takes in what one job says of itself."""

    def __init__(self, gate: ErrorGate, senders: Senders) -> None:
        self._gate = gate
        self._senders = senders

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer)]

    async def answer(self, request: Request) -> Response:
        try:
            await self._take(request)
        except Refused as refused:
            self._gate.knocked(Door.SENTRY, str(refused.status))
            headers = {**cors.HEADERS}
            if refused.seconds:
                headers["Retry-After"] = str(refused.seconds)
            body = msgspec.json.encode({"detail": refused.detail})
            return Response(body, refused.status, headers, "application/json")
        return Response(b"{}", 202, cors.HEADERS, "application/json")

    async def _take(self, request: Request) -> None:
        found = PATH.fullmatch(request.url.path)
        if found is None or request.method not in METHODS:
            raise Refused(405, f"send it with {', '.join(METHODS)}")
        application = await self._senders.by_dsn(int(found["project"]), found["key"].lower())
        if application is None:
            raise Refused(403, "the address names no application of this server; check its key")
        self._gate.admit(application)
        said = {
            **await _body(request),
            **{name: request.query_params[name] for name in _SAID if name in request.query_params},
            "monitor_slug": unquote(found["slug"]),
        }
        if sentry_extra.check_in(said) is None:
            raise Refused(400, "status must be in_progress, ok or error")
        envelope = b'{}\n{"type":"check_in"}\n' + msgspec.json.encode(said)
        await self._gate.accept(Door.SENTRY, application, {"endpoint": "envelope"}, envelope)


async def _body(request: Request) -> dict[str, Any]:
    """What the body says beyond the address; nothing for an empty one."""
    body = await received(request, BODY_BYTES_MAX)
    try:
        return parse_object(body, "the body") if body.strip() else {}
    except Unreadable as error:
        raise Refused(400, str(error)) from error
