"""The source maps and debug files that builds uploaded."""

from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from tocsin.domain.artifact import Artifact, Platform
from tocsin.engine import artifact as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.units import DAY, seconds
from tocsin.store import artifact as artifacts
from tocsin.store.artifact import Order, Wanted
from tocsin.store.database import Tx

TAG: Final = "RUM/Sourcemaps"
WINDOW_DAYS_MAX: Final = 365

Seconds = Annotated[int, Meta(description="Seconds since 1970.")]
Names = Annotated[list[str], Meta(max_length=100)]
Part = Annotated[str, Meta(max_length=200)]


class ListArtifacts(Struct, frozen=True):
    start_time: Annotated[int, Meta(ge=1, description="Milliseconds since 1970.")]
    end_time: Annotated[
        int, Meta(description="Milliseconds since 1970; at most 365 days after start_time.")
    ]
    type: Platform = Platform.BROWSER
    services: Names = []
    versions: Names = []
    query: Annotated[
        str, Meta(max_length=200, description="Part of the URL that the minified file has.")
    ] = ""
    build_id: Annotated[str, Meta(max_length=200, description="Part of an Android build's id.")] = (
        ""
    )
    uuid: Annotated[str, Meta(max_length=200, description="Part of an iOS build's id.")] = ""
    p: Annotated[int, Meta(ge=1)] = 1
    limit: Annotated[int, Meta(le=100)] = 20
    orderby: Order = Order.CREATED
    asc: bool = False


class ArtifactItem(Struct, frozen=True):
    key: Annotated[str, Meta(description="Names it among all: type, service, version and file.")]
    type: Platform
    service: Annotated[str, Meta(description="The service, or the application it was sent for.")]
    version: str
    size: Annotated[int, Meta(description="Bytes of the map and the minified file.")]
    git_repository_url: str
    git_commit_sha: str
    created_at: Seconds
    updated_at: Seconds
    metadata: Annotated[
        dict[str, Any],
        Meta(description="What it is found by: minified_url, debug_id, dist, application_id."),
    ]


class ArtifactPage(Struct, frozen=True):
    total: int
    items: list[ArtifactItem]


@operation("/sourcemap/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListArtifacts) -> ArtifactPage:
    """List uploaded source maps and debug files, the newest first unless `asc`.

    The window bounds what the list is ordered by. Those of private applications show to whom the
    applications do. Debug files of Apple's are of the type `ios`, all others `android`.
    """
    if request.start_time >= request.end_time:
        raise InvalidParameter("start_time must lie before end_time")
    if request.end_time - request.start_time > WINDOW_DAYS_MAX * DAY:
        raise InvalidParameter(
            "start_time and end_time may be at most {maximum} days apart", maximum=WINDOW_DAYS_MAX
        )
    page = window(request.p, request.limit)
    wanted = Wanted(
        start_at=request.start_time,
        end_at=request.end_time,
        platform=request.type,
        application_ids=[each.id for each in engine.visible_applications(tx, caller)],
        services=request.services,
        releases=request.versions,
        query=request.query or request.build_id or request.uuid,
    )
    place = (tx, caller.account_id, wanted, request.orderby)
    found = artifacts.browse(*place, ascending=request.asc, window=page)
    return ArtifactPage(artifacts.count(*place), [_item(each) for each in found])


def _item(found: Artifact) -> ArtifactItem:
    name = found.url.rpartition("/")[2] or found.debug_id
    return ArtifactItem(
        key="/".join(part for part in (found.platform, found.service, found.release, name) if part),
        type=found.platform,
        service=found.service,
        version=found.release,
        size=found.size,
        git_repository_url=found.repository_url,
        git_commit_sha=found.commit,
        created_at=seconds(found.created_at),
        updated_at=seconds(found.updated_at),
        metadata={
            "minified_url": found.url,
            "debug_id": found.debug_id,
            "dist": found.dist,
            "application_id": found.application_id,
        },
    )
