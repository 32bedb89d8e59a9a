"""Uploading source maps by the TrueWatch API: a ZIP of a release, in parts."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.dialects.truewatch_wire import wire_name
from tocsin.engine import build_upload as engine
from tocsin.kernel.caller import Caller
from tocsin.store.database import Database, Tx

PART_BYTES_MAX: Final = 10 * 1024 * 1024
_NO: Final = frozenset({"", "0", "false", "no", "none"})

UploadId = Annotated[str, Meta(min_length=1, max_length=64)]


class BeginUpload(Struct, frozen=True, rename=wire_name):
    """`env` is taken and says nothing: maps are found by release."""

    app_id: Annotated[str, Meta(min_length=1, max_length=64)]
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
