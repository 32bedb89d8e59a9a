"""Signing in by the organisation's provider: to it, and back with what it says.

`GET /session/oidc/start` sends a browser there, `GET /session/oidc/callback` takes it back. A cookie that only
this server can read ties the two, so that nobody can be signed in by somebody else's link.
"""

import logging
from hmac import compare_digest
from html import escape
from typing import Final

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tocsin.edge.app import Route
from tocsin.edge.console import SECURITY
from tocsin.edge.http import client_ip
from tocsin.edge.session_cookie import SessionCookie
from tocsin.engine import auditing, single_sign_on
from tocsin.engine.auditing import Call, Deed
from tocsin.engine.session import Opened, Visitor
from tocsin.engine.single_sign_on import Person
from tocsin.kernel.errors import Failure, Unavailable
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import Entered
from tocsin.kernel.settings import Settings
from tocsin.kernel.units import MINUTE, seconds
from tocsin.outbound.oidc import Attempt, Provider, Refused
from tocsin.store.database import Database

START: Final = "/session/oidc/start"
CALLBACK: Final = "/session/oidc/callback"
PATIENCE_MS: Final = 10 * MINUTE
_COOKIE: Final = "tocsin_oidc"
_SIGN_IN: Final = Deed("session-oidc:write:create", "Sign in by the organisation's provider")
_STALE: Final = "This sign-in took too long, or began in another browser. Begin it anew."
_REFUSED: Final = "The provider does not vouch for you. Begin anew, or ask who runs this server."
log = logging.getLogger(__name__)


class SingleSignOn:
    """Serves nothing where no provider is configured."""

    def __init__(self, database: Database, settings: Settings, cookie: SessionCookie) -> None:
        self._database = database
        self._cookie = cookie
        self._is_on = bool(settings.oidc_issuer)
        self._settings = settings
        self._known: Provider | None = None
        self._domains = {
            one.strip().lower() for one in settings.oidc_domains.split(",") if one.strip()
        }

    def routes(self) -> list[Route]:
        if not self._is_on:
            return []
        return [Route(START, self.start, exact=True), Route(CALLBACK, self.callback, exact=True)]

    @property
    def _provider(self) -> Provider:
        # The address is known once the server listens.
        if self._known is None:
            back = self._database.site.public_url + CALLBACK
            self._known = Provider(self._settings, back)
        return self._known

    async def start(self, request: Request) -> Response:
        ids, now = self._database.ids, self._database.clock.now()
        attempt = Attempt(ids.hex32(), ids.hex32(), ids.hex32() + ids.hex32(), now + PATIENCE_MS)
        try:
            place = await run_in_threadpool(self._provider.address, attempt)
            sealed = self._database.site.seal.close(msgspec.json.encode(attempt).decode())
        except (Refused, Unavailable) as failure:
            log.warning("sign-in by the provider failed: %s", failure)
            return _page(502, "The provider of sign-ins does not answer. Try again in a moment.")
        response = RedirectResponse(place, 303, headers={"Cache-Control": "no-store"})
        self._set(response, sealed.decode(), seconds(PATIENCE_MS))
        return response

    async def callback(self, request: Request) -> Response:
        attempt = self._begun(request)
        said = request.query_params
        if attempt is None or not compare_digest(
            said.get("state", "").encode(), attempt.state.encode()
        ):
            return _page(400, _STALE)
        try:
            opened = await run_in_threadpool(self._enter, request, said.get("code", ""), attempt)
        except Refused as refused:
            log.warning("sign-in by the provider refused: %s", refused)
            return self._over(_page(403, _REFUSED))
        except Failure as failure:
            language = preferred(request.headers.get("accept-language", ""))
            return self._over(_page(failure.status, failure.message(language)))
        except SQLAlchemyError:
            log.exception("sign-in by the provider failed")
            return self._over(_page(503, "Try again in a moment."))
        response = RedirectResponse("/", 303, headers={"Cache-Control": "no-store"})
        life_s = seconds(opened.expires_at - self._database.clock.now())
        self._cookie.write(response, Entered(None, opened.caller, opened.secret, life_s))
        return self._over(response)

    def _enter(self, request: Request, code: str, attempt: Attempt) -> Opened:
        if not code:
            raise Refused("it sent no code")
        found = self._provider.redeem(code, attempt, self._database.clock.now())
        person = Person(found.issuer, found.subject, found.email, found.name)
        visitor = Visitor(client_ip(request), request.headers.get("user-agent", ""))
        with self._database.write() as tx:
            opened = single_sign_on.enter(tx, person, self._domains, visitor)
            auditing.record(tx, opened.caller, _SIGN_IN, Call(tx.ids.ulid(), b"{}", []))
            return opened

    def _begun(self, request: Request) -> Attempt | None:
        """What this browser began here and may still end."""
        sealed = request.cookies.get(_COOKIE, "")
        try:
            opened = self._database.site.seal.open(sealed.encode())
            attempt = msgspec.json.decode(opened, type=Attempt)
        except (Unavailable, msgspec.DecodeError, ValueError):
            return None
        return attempt if attempt.expires_at > self._database.clock.now() else None

    def _set(self, response: Response, value: str, life_s: int) -> None:
        # Lax: the provider's redirect brings it back.
        response.set_cookie(
            _COOKIE,
            value,
            max_age=life_s,
            path="/session/oidc",
            httponly=True,
            secure=self._settings.base_url.startswith("https:"),
            samesite="lax",
        )

    def _over(self, response: Response) -> Response:
        self._set(response, "", 0)
        return response


def _page(status: int, text: str) -> Response:
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title>'
        f"<h1>Not signed in</h1><p>{escape(text)}</p><p><a href='/'>Back</a></p></html>"
    )
    return HTMLResponse(body, status, headers=SECURITY | {"Cache-Control": "no-store"})
