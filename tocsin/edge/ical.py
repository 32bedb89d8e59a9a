"""Where calendars read shifts: `/ical/<secret>.ics`. The secret in the address is the key."""

import re
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tocsin.edge.app import Route
from tocsin.engine import ical_link
from tocsin.kernel.text import digest
from tocsin.store.database import Database

_PLACE: Final = re.compile(rf"{ical_link.PLACE}(?P<secret>[0-9a-f]{{32}})(\.ics)?")
_HEADERS: Final = {"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}


class Icals:
    """The files of shifts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def routes(self) -> list[Route]:
        return [Route(_PLACE, self.read)]

    async def read(self, request: Request) -> Response:
        """The file; 304 where the reader has it, 404 for an address that was ended."""
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("read it with GET", 405, {"Allow": "GET, HEAD"})
        found = _PLACE.fullmatch(request.url.path)
        text = await run_in_threadpool(self._text, found["secret"] if found else "")
        if text is None:
            return PlainTextResponse("no calendar has this address; ask for a new one", 404)
        tag = f'"{digest(text)[:32]}"'
        headers = {**_HEADERS, "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(b"", 304, headers)
        name = {"Content-Disposition": 'inline; filename="on-call.ics"'}
        return Response(text, 200, {**headers, **name}, media_type="text/calendar")

    def _text(self, secret: str) -> str | None:
        with self._database.read() as tx:
            file = ical_link.read(tx, secret)
            if file is None:
                return None
            is_news = ical_link.is_news(tx, file.link)
        if is_news:
            with self._database.write() as tx:
                ical_link.note_reading(tx, file.link)
        return file.text
