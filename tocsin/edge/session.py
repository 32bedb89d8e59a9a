"""Signing in and out over HTTP: the only way to a caller that is not a key."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tocsin.edge import envelope
from tocsin.edge.app import Route
from tocsin.edge.decoding import decode
from tocsin.edge.dispatch import SESSION_COOKIE
from tocsin.edge.http import bounded_body, client_ip
from tocsin.engine import session
from tocsin.engine.session import LIFE_MS, SignIn
from tocsin.kernel.content_type import require_json
from tocsin.kernel.envelope import success
from tocsin.kernel.errors import Failure, MethodNotAllowed
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import POST
from tocsin.kernel.units import seconds
from tocsin.store.database import Database

BODY_BYTES_MAX: Final = 4_096
Typed = Annotated[str, Meta(max_length=256)]


class SignInRequest(Struct, frozen=True):
    """`new_password` is needed once, to replace a one-time password."""

    email: Typed
    password: Typed
    new_password: Typed = ""


class SignedIn(Struct, frozen=True):
    member_id: int
    expires_at: int


class Sessions:
    """`POST /session/create` sets the session cookie, `POST /session/delete` ends it."""

    def __init__(self, database: Database, secure: bool) -> None:
        self._database = database
        self._secure = secure
        self._decoder = msgspec.json.Decoder(SignInRequest)

    def routes(self) -> list[Route]:
        return [
            Route("/session/create", self.create),
            Route("/session/delete", self.delete),
        ]

    async def create(self, request: Request) -> Response:
        request_id, language = self._ids(request)
        try:
            body = await self._body(request)
            typed = decode(self._decoder, body)
            who = SignIn(typed.email, typed.password, typed.new_password, client_ip(request))
            opened = await run_in_threadpool(session.sign_in, self._database, who)
        except Failure as failure:
            return envelope.refusal(failure, request_id, language)
        told = SignedIn(opened.member_id, seconds(opened.expires_at))
        response = envelope.answer(success(request_id, told), request_id)
        self._set_cookie(response, opened.secret, seconds(LIFE_MS))
        return response

    async def delete(self, request: Request) -> Response:
        request_id, language = self._ids(request)
        try:
            await self._body(request)
        except Failure as failure:
            return envelope.refusal(failure, request_id, language)
        await run_in_threadpool(self._sign_out, request.cookies.get(SESSION_COOKIE, ""))
        response = envelope.answer(success(request_id, {}), request_id)
        self._set_cookie(response, "", 0)
        return response

    def _ids(self, request: Request) -> tuple[str, str]:
        language = preferred(request.headers.get("accept-language", ""))
        return self._database.ids.ulid(), language

    async def _body(self, request: Request) -> bytes:
        if request.method != POST:
            raise MethodNotAllowed(
                "{path} is called with {expected}, not {found}",
                path=request.url.path,
                expected=POST,
                found=request.method,
            )
        body = await bounded_body(request, BODY_BYTES_MAX)
        require_json(request.headers.get("content-type", ""), body)
        return body

    def _sign_out(self, secret: str) -> None:
        with self._database.write() as tx:
            session.sign_out(tx, secret)

    def _set_cookie(self, response: Response, value: str, max_age: int) -> None:
        # Strict: no other site can make the browser speak with this session.
        response.set_cookie(
            SESSION_COOKIE,
            value,
            max_age=max_age,
            httponly=True,
            secure=self._secure,
            samesite="strict",
        )
