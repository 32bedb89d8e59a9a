"""Where flashcat-cli and its Gradle plugin upload: `POST /sourcemap/upload`, multipart that may be
gzipped as a whole: source maps, dSYMs, symbols of Android's native code, and mappings of R8.

Its key is an app key in the header DD-API-KEY. The tool takes 400, 403 and 413 for final and
sends anything else that is no success again.
"""

from enum import StrEnum
from typing import IO, Annotated, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.artifact import BUNDLE_BYTES_MAX, FILE_BYTES_MAX, named_build
from tocsin.edge import envelope
from tocsin.edge.app import Route
from tocsin.edge.http import client_ip
from tocsin.edge.upload_form import Bounds, UploadForms, opened, text
from tocsin.engine import artifact as engine
from tocsin.engine import auditing, authentication, debug_assembly
from tocsin.engine.artifact import Upload
from tocsin.engine.auditing import Call
from tocsin.engine.debug_assembly import Kept
from tocsin.kernel.caller import Caller
from tocsin.kernel.envelope import success
from tocsin.kernel.errors import Failure, InvalidParameter, MethodNotAllowed, Unavailable
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import Empty, Kind
from tocsin.sources.source import Unreadable
from tocsin.store.database import Database
from tocsin.store.file import Incoming

PATH: Final = "/sourcemap/upload"
KEY_HEADER: Final = "DD-API-KEY"
_REST_BYTES: Final = 2 * 1024 * 1024
_PACKED: Final = Bounds(2 * FILE_BYTES_MAX + _REST_BYTES, files_max=4)
"""Source maps come so; only these are, as debug files are packed by themselves."""
_PLAIN: Final = Bounds(BUNDLE_BYTES_MAX + _REST_BYTES, files_max=4)


class FileType(StrEnum):
    """What is sent."""

    SCRIPT = "js_sourcemap"
    DSYM = "ios_symbols"
    MAPPING = "jvm_mapping_file"
    NDK = "ndk_symbol_file"


_PARTS: Final = {
    FileType.SCRIPT: "source_map",
    FileType.DSYM: "symbols_archive",
    FileType.MAPPING: "jvm_mapping_file",
    FileType.NDK: "ndk_symbol_file",
}
"""The file of the form that holds it."""
_NEEDED: Final = {FileType.SCRIPT: ("service", "version", "minified_url")}


class Announced(Struct, frozen=True):
    """The part `event`: what the files are."""

    type: str = ""
    service: Annotated[str, Meta(max_length=200)] = ""
    version: Annotated[str, Meta(max_length=200)] = ""
    minified_url: str = ""
    build_id: Annotated[str, Meta(max_length=200)] | None = None
    variant: Annotated[str, Meta(max_length=200)] | None = None
    arch: Annotated[str, Meta(max_length=64)] | None = None
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
            bounds = _PACKED if "content-encoding" in request.headers else _PLAIN
            async with self._forms.received(request, bounds) as form:
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
        with Incoming(self._database, caller.account_id) as incoming:
            uploads = _stored(incoming, form, event)
            with incoming.filing() as tx:
                engine.file(tx, caller, uploads)
                auditing.record(tx, caller, _Audited(), Call(request_id, said.encode(), []))


def _stored(incoming: Incoming, form: FormData, event: Announced) -> list[Upload]:
    """What is to be filed, its files on disk."""
    part = _PARTS[FileType(event.type)]
    content = opened(form, part)
    if content is None:
        raise InvalidParameter("{field} is required; send it", field=part)
    if event.type == FileType.SCRIPT:
        return [replace(_script(incoming, form, content, event), **_commit(event))]
    try:
        kept = _debug_files(incoming, content, event)
    except Unreadable as problem:
        raise InvalidParameter(
            "the debug files cannot be taken: {reason}", reason=str(problem)
        ) from None
    service = {"service": event.service, "release": event.version}
    return [replace(one.upload, **service, **_commit(event)) for one in kept]


def _debug_files(incoming: Incoming, content: IO[bytes], event: Announced) -> list[Kept]:
    """Found by the id of their build alone; service and version only tell people what they are."""
    if event.type == FileType.DSYM:
        return debug_assembly.unzip(incoming, content)
    build = event.build_id or ""
    is_mapping = event.type == FileType.MAPPING
    names = (build, event.variant or event.arch or "", "mapping.txt" if is_mapping else "symbols")
    name = "/".join(each for each in names if each)
    return debug_assembly.single(incoming, content, name, named_build(build) if is_mapping else "")


def _commit(event: Announced) -> dict[str, str]:
    return {
        "repository_url": (event.git_repository_url or "")[:1024],
        "commit": (event.git_commit_sha or "")[:64],
    }


def _script(incoming: Incoming, form: FormData, content: IO[bytes], event: Announced) -> Upload:
    minified = opened(form, "minified_file")
    return Upload(
        source_map=incoming.put(content, FILE_BYTES_MAX),
        minified=incoming.put(minified, FILE_BYTES_MAX) if minified else None,
        service=event.service,
        release=event.version,
        url=event.minified_url,
    )


def _announced(said: str) -> Announced:
    try:
        event = msgspec.json.decode(said, type=Announced)
    except msgspec.DecodeError as problem:
        raise InvalidParameter(
            "the part event cannot be read: {reason}; send its JSON", reason=problem
        ) from None
    if event.type not in tuple(FileType):
        raise InvalidParameter(
            "files of the type {value} are not kept here; upload {expected}",
            value=event.type,
            expected=" | ".join(FileType),
        )
    if "\\u0000" in said:
        raise InvalidParameter("{field} holds the character NUL; leave it out", field="event")
    for name in _NEEDED.get(FileType(event.type), ()):
        if not getattr(event, name):
            raise InvalidParameter("{field} is required; send it", field=name)
    return event
