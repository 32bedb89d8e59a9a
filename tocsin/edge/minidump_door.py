"""Where crashed programs send their minidump: `POST …/api/<project>/minidump/?sentry_key=…`, a form that
may be gzipped as a whole, as Crashpad, Breakpad and Sentry's native SDK send it.

Of the dump an event is made at once, so that memory of somebody's program is kept nowhere.
"""

import re
from typing import Final
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.application import Application
from tocsin.domain.error_event import Door
from tocsin.edge import cors
from tocsin.edge.app import Route
from tocsin.edge.error_gate import ErrorGate, Refused
from tocsin.edge.http import client_ip
from tocsin.edge.senders import Senders
from tocsin.edge.sentry_door import refusal
from tocsin.edge.upload_form import Bounds, UploadForms, opened
from tocsin.kernel.errors import EntityTooLarge, Failure
from tocsin.sources import minidump_event
from tocsin.sources.minidump_event import Made
from tocsin.sources.sentry_auth import credentials
from tocsin.sources.source import Unreadable

PATH: Final = re.compile(r"(?:/.*)?/api/(?P<project>\d{1,18})/minidump/?")
DUMP: Final = "upload_file_minidump"
_FILES_MAX: Final = 16
_FIELDS_MAX: Final = 500
_REST_BYTES: Final = 2 * 1024 * 1024


class MinidumpDoor:
    """`bytes_max` bounds a dump."""

    def __init__(self, gate: ErrorGate, senders: Senders, bytes_max: int) -> None:
        self._gate = gate
        self._senders = senders
        self._forms = UploadForms()
        self._bytes_max = bytes_max
        self._bounds = Bounds(bytes_max + _REST_BYTES, _FILES_MAX, _FIELDS_MAX)

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer)]

    async def answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return cors.preflight()
        try:
            event_id = await self._take(request)
        except Refused as refused:
            self._gate.knocked(Door.SENTRY, str(refused.status))
            return refusal(refused)
        return Response(str(UUID(event_id)), 200, cors.HEADERS, "text/plain")

    async def _take(self, request: Request) -> str:
        """Take a crash in; the id of its event."""
        found = PATH.fullmatch(request.url.path)
        if found is None or request.method != "POST":
            raise Refused(405, "send it with POST")
        auth = credentials(request.headers, request.query_params)
        application = (
            await self._senders.by_dsn(int(found["project"]), auth.public_key) if auth else None
        )
        if application is None:
            raise Refused(403, "the address names no application of this server; check its key")
        self._gate.admit(application)
        meta = {
            "endpoint": "store",
            "client": auth.client if auth else "",
            "ip": "" if application.no_ip else client_ip(request),
            "no_ip": "1" if application.no_ip else "",
        }
        event = await self._event(request, application, meta)
        await self._gate.accept(Door.SENTRY, application, meta, event.json)
        return event.event_id

    async def _event(
        self, request: Request, application: Application, meta: dict[str, str]
    ) -> Made:
        try:
            async with self._forms.received(request, self._bounds) as form:
                return await run_in_threadpool(self._made, form)
        except Unreadable as error:
            head = b"a minidump that cannot be read"
            told = await self._gate.turned_away(Door.SENTRY, application, meta, head, error)
            raise told from error
        except EntityTooLarge as error:
            raise Refused(413, str(error)) from error
        except Failure as error:
            raise Refused(400, str(error)) from error

    def _made(self, form: FormData) -> Made:
        dump = opened(form, DUMP)
        if dump is None:
            raise Refused(400, f"the form needs the minidump as its file {DUMP}")
        content = dump.read(self._bytes_max + 1)
        if len(content) > self._bytes_max:
            raise Refused(413, f"a minidump must be at most {self._bytes_max} bytes")
        items = form.multi_items()
        fields = [(name, value) for name, value in items if isinstance(value, str)]
        files = {
            name: value.file.read(minidump_event.ATTACHED_BYTES_MAX)
            for name, value in items
            if isinstance(value, UploadFile) and name in minidump_event.ATTACHED
        }
        return minidump_event.made(content, fields, files)
