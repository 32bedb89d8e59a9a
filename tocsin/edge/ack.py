"""Acknowledging from a message: a page with a button, and what providers of calls ask.

Programs that look at links before people do (mail scanners, previews) only ever GET: that shows
the page and changes nothing. The button POSTs.
"""

from html import escape
from typing import Final
from urllib.parse import parse_qsl

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tocsin.domain import notice_words
from tocsin.domain.feed import EntryType
from tocsin.domain.incident import Progress
from tocsin.edge.app import Route
from tocsin.edge.http import bounded_body
from tocsin.engine import ack
from tocsin.engine.ack import Asked
from tocsin.kernel.errors import Failure
from tocsin.kernel.locale import preferred
from tocsin.outbound.phone import ACK_KEY, Callback, Provider
from tocsin.outbound.post import Post
from tocsin.store import delivery
from tocsin.store.database import Database

ACK: Final = "/ack/"
VOICE: Final = "/voice/"
FORM_BYTES_MAX: Final = 16 * 1024
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
    " form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
_STYLE: Final = (
    "body{font:18px/1.5 system-ui,sans-serif;max-width:34em;margin:3em auto;padding:0 1em}"
    "button{font:inherit;padding:.6em 1.4em;border:0;border-radius:6px;background:#0a5;color:#fff}"
)


class Acks:
    """`/ack/<token>` for people, `/voice/<token>` for the provider of calls."""

    def __init__(self, database: Database, provider: Provider | None) -> None:
        self._database = database
        self._provider = provider

    def routes(self) -> list[Route]:
        return [Route(ACK, self.page), Route(VOICE, self.call)]

    async def page(self, request: Request) -> Response:
        token = request.url.path.removeprefix(ACK)
        act = self._acknowledge if request.method == "POST" else self._read
        try:
            found = await run_in_threadpool(act, token)
        except Failure as failure:
            spoken = preferred(request.headers.get("accept-language", ""))
            return _page(400, "", f"<p>{escape(failure.message(spoken))}</p>", spoken)
        title = f"#{found.incident.num}"
        return _page(200, title, _shown(found), notice_words.language(found.locale))

    async def call(self, request: Request) -> Response:
        token = request.url.path.removeprefix(VOICE)
        body = await bounded_body(request, FORM_BYTES_MAX)
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        provider = self._provider
        if provider is None or not provider.is_genuine(self._callback(request, form)):
            return Response("Forbidden", 403)
        try:
            said, key_url = await run_in_threadpool(self._answer, token, form)
        except Failure as failure:
            said, key_url = failure.message(), ""
        return Response(provider.script(said, key_url), media_type="application/xml")

    def _callback(self, request: Request, form: dict[str, str]) -> Callback:
        """The request as the provider made it, whatever proxies did to its address."""
        url = f"{self._database.site.public_url}{request.url.path}"
        if request.url.query:
            url = f"{url}?{request.url.query}"
        return Callback(url, form, {name.lower(): text for name, text in request.headers.items()})

    def _answer(self, token: str, form: dict[str, str]) -> tuple[str, str]:
        """What to say, and where a key that is pressed goes."""
        pressed = form.get("Digits", "")
        if pressed == ACK_KEY:
            found = self._acknowledge(token, ACK_KEY)
            return notice_words.heard(True, found.person_name, found.locale), ""
        if pressed:
            found = self._read(token)
            return notice_words.heard(False, found.person_name, found.locale), ""
        return self._words(token)

    def _words(self, token: str) -> tuple[str, str]:
        with self._database.read() as tx:
            said = ack.spoken(tx, token)
            if said is not None:
                return f"{said} {said}", ""
            attempt = ack.asked(tx, token).attempt
            sent = delivery.get(tx, attempt.account_id, attempt.delivery_id)
        post = msgspec.json.decode(sent.payload, type=Post) if sent else None
        return (post.text, post.ack_url) if post else ("", "")

    def _read(self, token: str) -> Asked:
        with self._database.read() as tx:
            return ack.asked(tx, token)

    def _acknowledge(self, token: str, key: str = "") -> Asked:
        with self._database.write() as tx:
            return ack.acknowledge(tx, token, key)


def _shown(found: Asked) -> str:
    incident = found.incident
    about = f"<p>[{incident.severity}] {escape(incident.title)}</p>"
    mine = next(
        (one for one in incident.responders if one.person_id == found.attempt.person_id), None
    )
    if incident.progress is Progress.CLOSED:
        return f"{about}<p>{notice_words.closed(found.locale)}</p>"
    if mine and mine.acknowledged_at:
        by = notice_words.handled(EntryType.ACK, found.person_name, found.locale)
        return f"{about}<p>{escape(by)}</p>"
    button = notice_words.acknowledge(found.locale)
    return f'{about}<form method="post"><button>{button}</button></form>'


def _page(status: int, title: str, body: str, language: str) -> HTMLResponse:
    text = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title or 'Tocsin')}</title><style>{_STYLE}</style>"
        f"<h1>{escape(title)}</h1>{body}</html>"
    )
    return HTMLResponse(text, status, headers=_HEADERS)
