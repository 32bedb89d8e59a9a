"""Source maps by the TrueWatch API: a ZIP of a release, in parts, and what it is asked for."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.dialects.truewatch_wire import wire_name
from tocsin.domain.error_event import Frame
from tocsin.engine import application as applications
from tocsin.engine import build_upload as engine
from tocsin.engine import stack_enrichment as stacks
from tocsin.engine.stack_enrichment import Stack
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import ResourceNotFound
from tocsin.kernel.units import seconds
from tocsin.store import artifact as artifacts
from tocsin.store.database import Database, Tx

PART_BYTES_MAX: Final = 10 * 1024 * 1024
RELEASES_MAX: Final = 1_000
STACK_LENGTH_MAX: Final = 256 * 1024
NEAR: Final = 1
_NO: Final = frozenset({"", "0", "false", "no", "none"})

AppId = Annotated[str, Meta(min_length=1, max_length=64)]
UploadId = Annotated[str, Meta(min_length=1, max_length=64)]


class BeginUpload(Struct, frozen=True, rename=wire_name):
    """`env` is taken and says nothing: maps are found by release."""

    app_id: AppId
    version: Annotated[str, Meta(min_length=1, max_length=200)]
    env: str = ""
    need_cover: bool | int | str = False


class Begun(Struct, frozen=True, rename=wire_name):
    upload_id: str


class Part(Struct, frozen=True, rename=wire_name):
    """A part whose file is on disk already, by its SHA-1."""

    upload_id: UploadId
    chunk_index: int
    hash: str
    size: int


class UploadRef(Struct, frozen=True, rename=wire_name):
    upload_id: UploadId


class OfApplication(Struct, frozen=True, rename=wire_name):
    app_id: AppId


class OfRelease(Struct, frozen=True, rename=wire_name):
    """`env` is taken and says nothing."""

    app_id: AppId
    version: Annotated[str, Meta(min_length=1, max_length=200)]
    env: str = ""


class ParseStack(Struct, frozen=True, rename=wire_name):
    """`env` is taken and says nothing."""

    app_id: AppId
    stack: Annotated[str, Meta(min_length=1, max_length=STACK_LENGTH_MAX)]
    version: Annotated[str, Meta(max_length=200)] = ""
    env: str = ""


class Uploaded(Struct, frozen=True, rename=wire_name):
    """The source maps of a release; times in s."""

    app_id: str
    version: str
    env: str
    file_count: int
    size: int
    create_at: int
    update_at: int


class PartHere(Struct, frozen=True, rename=wire_name):
    chunk_index: int
    size: int


class ParsedFrame(Struct, frozen=True, rename=wire_name):
    """A call; one that was not `converted` is told as it ran, and `reason` says why."""

    file: str
    function: str
    line: int
    column: int
    code: str
    converted: bool
    reason: str


class ParsedStack(Struct, frozen=True, rename=wire_name):
    error_stack_source: str
    frames: list[ParsedFrame]


def list_(tx: Tx, caller: Caller, names: dict[str, str], request: OfApplication) -> list[Uploaded]:
    """List the releases of an application that source maps were uploaded for."""
    application = applications.seen(tx, caller, request.app_id)
    found = artifacts.filed_releases(tx, caller.account_id, application.id, RELEASES_MAX)
    return [
        Uploaded(
            app_id=application.id,
            version=each.release,
            env="",
            file_count=each.files,
            size=each.size,
            create_at=seconds(each.created_at),
            update_at=seconds(each.updated_at),
        )
        for each in found
    ]


def delete(tx: Tx, caller: Caller, names: dict[str, str], request: OfRelease) -> bool:
    """Delete the source maps of a release."""
    application = applications.managed(tx, caller, request.app_id)
    if not artifacts.remove_release(tx, caller.account_id, application.id, request.version):
        raise ResourceNotFound("release {release} has no source maps", release=request.version)
    return True


def list_parts(tx: Tx, caller: Caller, names: dict[str, str], request: UploadRef) -> list[PartHere]:
    """List the parts of an upload that are here."""
    return [PartHere(*part) for part in engine.progress(tx, caller, request.upload_id)]


def parse(tx: Tx, caller: Caller, names: dict[str, str], request: ParseStack) -> ParsedStack:
    """Tell a stack of a script in the words of its source."""
    application = applications.seen(tx, caller, request.app_id)
    stack = Stack("", request.version, request.stack, application.id)
    frames = [_parsed(frame) for frame in stacks.enriched(tx, caller.account_id, stack, NEAR)]
    lines = [
        f"  at {each.function or '<anonymous>'} @ {each.file}:{each.line}:{each.column}"
        for each in frames
    ]
    return ParsedStack("\n".join(lines), frames)


def _parsed(frame: Frame) -> ParsedFrame:
    return ParsedFrame(
        file=frame.filename or frame.abs_path,
        function=frame.function,
        line=frame.line,
        column=frame.column,
        code=frame.context_line,
        converted=frame.minified is not None,
        reason=frame.unmapped,
    )


def begin(tx: Tx, caller: Caller, names: dict[str, str], request: BeginUpload) -> Begun:
    """Begin the upload of a release's source maps."""
    replaces = str(request.need_cover).strip().lower() not in _NO
    upload = engine.begin(tx, caller, request.app_id, request.version, replaces=replaces)
    return Begun(upload.id)


def take(tx: Tx, caller: Caller, names: dict[str, str], request: Part) -> bool:
    """Take in a part of an upload."""
    engine.take(tx, caller, request.upload_id, request.chunk_index, request.hash, request.size)
    return True


def merge(database: Database, caller: Caller, names: dict[str, str], request: UploadRef) -> bool:
    """File what all parts hold together."""
    engine.merge(database, caller, request.upload_id)
    return True


def give_up(tx: Tx, caller: Caller, names: dict[str, str], request: UploadRef) -> bool:
    """End an upload without filing anything."""
    engine.give_up(tx, caller, request.upload_id)
    return True
