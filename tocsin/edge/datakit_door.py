"""Where TrueWatch's SDKs and DataKit write: `POST …/v1/write/<category>?token=…`.

A client token opens it, with `tkn_` before it or without: DataKit wants its tokens to begin so.
"""

import asyncio
import re
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.application import Application
from tocsin.domain.error_event import Door
from tocsin.edge import cors
from tocsin.edge.app import Route
from tocsin.edge.error_gate import ErrorGate, Refused, received
from tocsin.edge.senders import Senders
from tocsin.sources import point
from tocsin.sources.datakit import Category
from tocsin.sources.encoding import expand
from tocsin.sources.point import Form
from tocsin.sources.source import Unreadable

PATH: Final = re.compile(r"(?:/.*)?/v1/write/(?P<category>[a-z_]{1,32})/?")
LOOKED_AT_ONCE: Final = 2
_TOKEN: Final = re.compile(r"(?:tkn_)?([0-9A-Za-z]{1,64})")
_FORMS: Final = {
    "application/json": Form.JSON,
    "application/pbjson": Form.JSON,
    "application/protobuf": Form.PROTOBUF,
    "application/x-protobuf": Form.PROTOBUF,
}
_CODES: Final = {
    400: "datakit.invalidPoint",
    403: "datakit.invalidToken",
    404: "datakit.notFound",
    405: "datakit.methodNotAllowed",
    408: "datakit.bodyIncomplete",
    413: "datakit.bodyTooLarge",
    429: "datakit.reachLimit",
}


class DatakitDoor:
    """Takes in requests as they came; what their points hold is judged by the engine."""

    def __init__(self, gate: ErrorGate, senders: Senders) -> None:
        self._gate = gate
        self._senders = senders
        self._looking = asyncio.Semaphore(LOOKED_AT_ONCE)

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer)]

    async def answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return cors.preflight()
        try:
            await self._take(request)
        except Refused as refused:
            self._gate.knocked(Door.DATAKIT, str(refused.status))
            return refusal(refused)
        return Response(b"", 200, cors.HEADERS)

    async def _take(self, request: Request) -> None:
        found = PATH.fullmatch(request.url.path)
        if found is None or request.method != "POST":
            raise Refused(405, "send it with POST")
        application = await opened_by(self._senders, request.query_params.get("token", ""))
        if found["category"] not in tuple(Category):
            raise Refused(400, f"write {', '.join(Category)}; nothing else is taken here")
        form = _form(request)
        self._gate.admit(application)
        query = request.query_params
        meta = {
            "category": found["category"],
            "form": str(form),
            "no_ip": "1" if application.no_ip else "",
            "precision": query.get("precision", "")[:8],
            "encoding": (request.headers.get("content-encoding") or query.get("encoding", ""))[
                :100
            ],
        }
        body = await received(request, form.bytes_max)
        try:
            async with self._looking:
                await run_in_threadpool(_check, body, form, meta)
        except Unreadable as error:
            told = await self._gate.turned_away(Door.DATAKIT, application, meta, body, error)
            raise told from error
        await self._gate.accept(Door.DATAKIT, application, meta, body)


async def opened_by(senders: Senders, said: str) -> Application:
    """Whose token it is; Refused where it is nobody's."""
    token = _TOKEN.fullmatch(said)
    found = await senders.by_token(token[1]) if token else None
    if found is None:
        raise Refused(403, "token is no client token of an application of this server")
    return found


def _form(request: Request) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return _FORMS.get(kind, Form.LINES)


def _check(body: bytes, form: Form, meta: dict[str, str]) -> None:
    point.check(expand(body, meta["encoding"], form.bytes_max), form, meta["precision"])


def refusal(refused: Refused) -> Response:
    """The answer in the family's words."""
    headers = dict(cors.HEADERS)
    if refused.seconds:
        headers["Retry-After"] = str(refused.seconds)
    said = {"error_code": _CODES[refused.status], "message": refused.detail}
    return Response(msgspec.json.encode(said), refused.status, headers, "application/json")
