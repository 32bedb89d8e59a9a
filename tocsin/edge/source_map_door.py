"""Where flashcat-cli uploads: `POST /sourcemap/upload`, multipart that may be gzipped as a whole.

Its key is an app key in the header DD-API-KEY. The tool takes 400, 403 and 413 for final and
sends anything else that is no success again.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.artifact import FILE_BYTES_MAX
from tocsin.edge import envelope
from tocsin.edge.app import Route
from tocsin.edge.http import client_ip
from tocsin.edge.upload_form import Bounds, UploadForms, opened, text
from tocsin.engine import artifact as engine
from tocsin.engine import auditing, authentication
from tocsin.engine.artifact import Upload
from tocsin.engine.auditing import Call
from tocsin.kernel.caller import Caller
from tocsin.kernel.envelope import success
from tocsin.kernel.errors import Failure, InvalidParameter, MethodNotAllowed, Unavailable
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import Empty, Kind
from tocsin.store.database import Database
from tocsin.store.file import Incoming

PATH: Final = "/sourcemap/upload"
KEY_HEADER: Final = "DD-API-KEY"
SCRIPT: Final = "js_sourcemap"
_BOUNDS: Final = Bounds(2 * FILE_BYTES_MAX + 2 * 1024 * 1024, files_max=4)


class Announced(Struct, frozen=True):
    """The part `event`: what the files are."""

    type: str = ""
    service: Annotated[str, Meta(max_length=200)] = ""
    version: Annotated[str, Meta(max_length=200)] = ""
    minified_url: str = ""
    git_repository_url: str | None = None
    git_commit_sha: str | None = None


class _Audited(Struct, frozen=True):
    """What the audit log says of an upload."""

    audit_name: str = "sourcemap:upload"
    summary: str = "Upload a source map"
    kind: Kind = Kind.WRITE
    is_dangerous: bool = False


class SourceMapDoor:
    """Takes in one minified file and its source map a request."""

    def __init__(self, database: Database, forms: UploadForms) -> None:
        self._database = database
        self._forms = forms

    def routes(self) -> list[Route]:
        return [Route(PATH, self._answer, exact=True)]

    async def _answer(self, request: Request) -> Response:
        request_id = self._database.ids.ulid()
        language = preferred(request.headers.get("accept-language", ""))
        try:
            if request.method != "POST":
                raise MethodNotAllowed(
                    "{path} is called with {expected}, not {found}",
                    path=PATH,
                    expected="POST",
                    found=request.method,
                )
            key = request.headers.get(KEY_HEADER, "") or request.query_params.get("app_key", "")
            caller = await run_in_threadpool(self._admit, key, client_ip(request))
            async with self._forms.received(request, _BOUNDS) as form:
                await run_in_threadpool(self._take, caller, form, request_id)
        except Failure as failure:
            return envelope.refusal(failure, request_id, language)
        except OSError:
            full = Unavailable("the file could not be written here; tell the operator")
            return envelope.refusal(full, request_id, language)
        return envelope.answer(success(request_id, Empty()), request_id)

    def _admit(self, key: str, ip: str) -> Caller:
        with self._database.read() as tx:
            caller = authentication.by_key(tx, key, ip)
        engine.require_right(caller)
        return caller

    def _take(self, caller: Caller, form: FormData, request_id: str) -> None:
        said = text(form, "event")
        event = _announced(said)
        with Incoming(self._database.site.files_dir, caller.account_id) as incoming:
            upload = _stored(incoming, form, event)
            with self._database.write() as tx:
                engine.file(tx, caller, [upload])
                auditing.record(tx, caller, _Audited(), Call(request_id, said.encode(), []))


def _stored(incoming: Incoming, form: FormData, event: Announced) -> Upload:
    """The upload, its files on disk."""
    source_map, minified = opened(form, "source_map"), opened(form, "minified_file")
    if source_map is None:
        raise InvalidParameter("{field} is required; send it", field="source_map")
    return Upload(
        source_map=incoming.put(source_map, FILE_BYTES_MAX),
        minified=incoming.put(minified, FILE_BYTES_MAX) if minified else None,
        service=event.service,
        release=event.version,
        url=event.minified_url,
        repository_url=(event.git_repository_url or "")[:1024],
        commit=(event.git_commit_sha or "")[:64],
    )


def _announced(said: str) -> Announced:
    try:
        event = msgspec.json.decode(said, type=Announced)
    except msgspec.DecodeError as problem:
        raise InvalidParameter(
            "the part event cannot be read: {reason}; send its JSON", reason=problem
        ) from None
    if event.type != SCRIPT:
        raise InvalidParameter(
            "files of the type {value} are not kept here; upload source maps ({expected})",
            value=event.type,
            expected=SCRIPT,
        )
    if "\\u0000" in said:
        raise InvalidParameter("{field} holds the character NUL; leave it out", field="event")
    for name in ("service", "version", "minified_url"):
        if not getattr(event, name):
            raise InvalidParameter("{field} is required; send it", field=name)
    return event
