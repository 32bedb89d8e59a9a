"""The part of Sentry's web API that sentry-cli uses to tell of releases and upload source maps."""

from typing import Final
from uuid import UUID

from msgspec import Struct

from tocsin.dialects import endpoint_path
from tocsin.dialects import sentry_cli_names as names
from tocsin.dialects import sentry_cli_releases as releases
from tocsin.dialects.sentry_cli_endpoint import Call, Endpoint
from tocsin.dialects.sentry_cli_wire import (
    Assemble,
    AssembleFiles,
    ChunkOptions,
    DebugFile,
    DebugFileData,
)
from tocsin.domain.artifact import BUNDLE_BYTES_MAX, CHUNK_BYTES_MAX
from tocsin.engine import artifact as engine
from tocsin.engine.assembly import Order
from tocsin.engine.debug_assembly import FileOrder, Kept
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import RouteNotFound
from tocsin.store.database import Tx

PREFIX: Final = "/api/0"
CHUNK_UPLOAD: Final = "/organizations/{org}/chunk-upload"
ASSEMBLE: Final = "/organizations/{org}/artifactbundle/assemble"
ASSEMBLE_FILES: Final = "/projects/{org}/{project}/files/difs/assemble"
ZIPPED_FILES: Final = "/projects/{org}/{project}/files/dsyms"
REQUEST_BYTES_MAX: Final = 32 * 1024 * 1024
CHUNKS_PER_REQUEST: Final = 32
_OF_ORG: Final = "/organizations/{org}/releases"
_OF_PROJECT: Final = "/projects/{org}/{project}/releases"


def options(tx: Tx, caller: Caller, call: Call) -> ChunkOptions:
    """Say how files are to be sent."""
    engine.require_right(caller)
    org = names.organization(tx, caller, call.names["org"])
    path = CHUNK_UPLOAD.format(org=names.organization_slug(org))
    return ChunkOptions(
        url=f"{tx.site.public_url}{PREFIX}{path}/",
        chunk_size=CHUNK_BYTES_MAX,
        chunks_per_request=CHUNKS_PER_REQUEST,
        max_file_size=BUNDLE_BYTES_MAX,
        max_request_size=REQUEST_BYTES_MAX,
        concurrency=2,
        hash_algorithm="sha1",
        compression=("gzip",),
        # Without the first, generation 2 falls back to an older protocol.
        accept=(
            *("release_files", "artifact_bundles", "artifact_bundles_v2"),
            *("debug_files", "pdbs", "proguard"),
        ),
    )


def order(tx: Tx, caller: Caller, call: Call) -> Order:
    """What is to be put together, for applications the caller sees."""
    wish = call.decoded(Assemble)
    names.organization(tx, caller, call.names["org"])
    found = names.projects(tx, caller, wish.projects)
    return Order(
        checksum=wish.checksum,
        chunks=tuple(wish.chunks),
        application_ids=tuple(sorted(each.id for each in found)),
        release=wish.version or "",
        dist=wish.dist or "",
    )


def file_orders(tx: Tx, caller: Caller, call: Call) -> list[FileOrder]:
    """The debug files that are to be put together, for an application the caller sees."""
    application_id = application_of(tx, caller, call)
    return [
        FileOrder(checksum, each.name, each.debug_id or "", tuple(each.chunks), application_id)
        for checksum, each in call.decoded(AssembleFiles).items()
    ]


def application_of(tx: Tx, caller: Caller, call: Call) -> str:
    """The application that a path names."""
    names.organization(tx, caller, call.names["org"])
    return names.project(tx, caller, call.names["project"]).id


def told_of(kept: Kept, checksum: str) -> DebugFile:
    """What is said of a debug file that is kept; `checksum` is the SHA-1 of what was sent."""
    debug_id = str(UUID(kept.debug_id))
    return DebugFile(
        uuid=debug_id,
        debug_id=debug_id,
        object_name=kept.name,
        cpu_name=kept.arch,
        symbol_type=kept.format,
        sha1=checksum,
        data=DebugFileData(kept.kind, kept.features),
    )


ENDPOINTS: Final = (
    Endpoint("GET", "", releases.whoami),
    Endpoint("GET", "/organizations", releases.organizations),
    Endpoint("GET", "/organizations/{org}/projects", releases.projects),
    Endpoint("GET", CHUNK_UPLOAD, options),
    *(
        Endpoint(method, path, run, audit_name, status)
        for base in (_OF_ORG, _OF_PROJECT)
        for method, path, run, audit_name, status in (
            ("POST", base, releases.create, "release:create", 201),
            ("PUT", f"{base}/{{version}}", releases.change, "release:update", 200),
            ("DELETE", f"{base}/{{version}}", releases.delete, "release:delete", 204),
        )
    ),
    Endpoint("GET", _OF_PROJECT, releases.browse),
    Endpoint("GET", f"{_OF_ORG}/{{version}}", releases.info),
    Endpoint("GET", f"{_OF_PROJECT}/{{version}}", releases.info),
)


class Found(Struct, frozen=True):
    """An endpoint and what stands in the variable parts of its path."""

    endpoint: Endpoint
    names: dict[str, str]


def find(method: str, raw_path: str) -> Found:
    """The endpoint of a request by its path as it was sent; RouteNotFound or MethodNotAllowed
    where there is none."""
    found = endpoint_path.find(ENDPOINTS, method, raw_path.partition(PREFIX)[2], raw_path)
    if found is not None:
        return Found(*found)
    raise RouteNotFound(
        "there is no {method} {path} here: releases, source maps and debug files are kept",
        method=method,
        path=raw_path,
    )
