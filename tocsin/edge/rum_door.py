"""Where Flashcat's (Datadog family) SDKs send: `POST /api/v2/<track>`, and `POST /rum/proxy` with
the same path packed into `ddforward`, for the SDK's option `proxy`.

An SDK tries again after 429 and 5xx and takes any other answer for delivered.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.application import Application
from tocsin.domain.error_event import Door
from tocsin.domain.user_agent import LENGTH_MAX as USER_AGENT_LENGTH_MAX
from tocsin.edge import cors
from tocsin.edge.app import Route
from tocsin.edge.error_gate import ErrorGate, Refused, received
from tocsin.edge.senders import Senders
from tocsin.sources import rum
from tocsin.sources.rum import Forwarded
from tocsin.sources.source import Unreadable

DIRECT: Final = re.compile(r"(?:/.*)?/api/v2/(?P<track>rum|logs|replay|profile)/?")
PROXY: Final = re.compile(r"(?:/.*)?/rum/proxy/?")
UNREAD_TRACKS: Final = frozenset({"replay", "profile"})
REPLAY_BYTES_MAX: Final = 10 * 1024 * 1024
_TOKEN: Final = re.compile(r"[0-9A-Za-z]{1,64}")


class RumDoor:
    """Takes in lines of events; what a replay or a profile holds is only counted."""

    def __init__(self, gate: ErrorGate, senders: Senders) -> None:
        self._gate = gate
        self._senders = senders

    def routes(self) -> list[Route]:
        return [Route(DIRECT, self.answer), Route(PROXY, self.answer)]

    async def answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return cors.preflight()
        try:
            await self._take(request)
        except Refused as refused:
            self._gate.knocked(Door.RUM, str(refused.status))
            return _refusal(refused)
        return Response(b"{}", 202, cors.HEADERS, "application/json")

    async def _take(self, request: Request) -> None:
        wanted = _wanted(request)
        application = await self._sender(wanted.query)
        self._gate.admit(application)
        meta = {name: wanted.query.get(name, "")[:8192] for name in rum.QUERY_KEPT}
        meta["track"] = wanted.track
        meta["user_agent"] = request.headers.get("user-agent", "")[:USER_AGENT_LENGTH_MAX]
        meta["no_ip"] = "1" if application.no_ip else ""
        body = await self._body(request, wanted.track)
        try:
            rum.check_lines(body, wanted.query)
        except Unreadable as error:
            told = await self._gate.turned_away(Door.RUM, application, meta, body, error)
            raise told from error
        await self._gate.accept(Door.RUM, application, meta, body)

    async def _sender(self, query: Mapping[str, str]) -> Application:
        token = query.get("dd-api-key", "")
        found = await self._senders.by_token(token) if _TOKEN.fullmatch(token) else None
        if found is None:
            raise Refused(403, "dd-api-key is no client token of an application of this server")
        return found

    async def _body(self, request: Request, track: str) -> bytes:
        """The body as it came; nothing of what has no use here."""
        is_unread = track in UNREAD_TRACKS
        body = await received(request, REPLAY_BYTES_MAX if is_unread else rum.BODY_BYTES_MAX)
        return b"" if is_unread else body


def _wanted(request: Request) -> Forwarded:
    if request.method != "POST":
        raise Refused(405, "send it with POST")
    direct = DIRECT.fullmatch(request.url.path)
    if direct:
        return Forwarded(direct["track"], dict(request.query_params))
    try:
        return rum.forwarded(request.query_params.get("ddforward", ""))
    except Unreadable as error:
        raise Refused(400, str(error)) from error


def _refusal(refused: Refused) -> Response:
    headers = dict(cors.HEADERS)
    if refused.seconds:
        headers["Retry-After"] = str(refused.seconds)
    body = msgspec.json.encode({"errors": [refused.detail]})
    return Response(body, refused.status, headers, "application/json")
