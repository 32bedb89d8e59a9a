"""Routes: which channels take what a shared integration sends."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.routing import Case, Default, Route, Section
from tocsin.engine import integration as engine_integration
from tocsin.engine import routing as engine
from tocsin.engine.routing import Wish
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.units import seconds
from tocsin.store import routing
from tocsin.store.database import Tx
from tocsin.wire.routing import CaseWish, RouteWish
from tocsin.wire.rules import OfIntegration, OfIntegrations

TAG: Final = "Channels"
READERS: Final = (Permission.INTEGRATIONS_READ, Permission.INTEGRATIONS_MANAGE)


class SectionWish(Struct, frozen=True):
    """A heading over cases, for people who read the route."""

    name: str
    position: Annotated[int, Meta(ge=0, description="The case it stands before, from 0.")] = 0


class UpsertRoute(Struct, frozen=True):
    """Replaces the whole route. `version` is the one last read."""

    integration_id: int
    cases: tuple[CaseWish, ...] = ()
    sections: tuple[SectionWish, ...] = ()
    default: Default = Default()
    version: int = 0


class ListVersions(Struct, frozen=True):
    integration_id: int
    p: int = 1
    limit: int = 20
    asc: Annotated[bool, Meta(description="Oldest first.")] = False
    orderby: Literal["", "updated_at"] = ""


class RouteItem(Struct, frozen=True):
    integration_id: int
    cases: list[Case]
    sections: list[Section]
    default: Default
    status: Literal["enabled", "deleted"]
    version: int
    updated_by: int
    creator_id: int
    deleted_at: int
    created_at: int
    updated_at: int


class Routes(Struct, frozen=True):
    items: list[RouteItem]


class VersionItem(Struct, frozen=True):
    """What a route was from `updated_at` on."""

    version: int
    cases: list[Case]
    sections: list[Section]
    default: Default
    updated_by: int
    updated_at: int


class VersionPage(Struct, frozen=True):
    items: list[VersionItem]
    total: int
    has_next_page: bool


class PreviewRoute(Struct, frozen=True):
    alert_ids: Annotated[tuple[str, ...], Meta(min_length=1, max_length=20)]
    route: RouteWish


class RoutedAlert(Struct, frozen=True):
    alert_id: str
    alert_title: str
    start_time: int
    matched_cases: Annotated[
        list[str], Meta(description="`case_<n>`, counted from 0, and `default`.")
    ]
    channel_ids: Annotated[list[int], Meta(description="Where the alert would go.")]


class RoutedAlerts(Struct, frozen=True):
    items: list[RoutedAlert]


@operation("/route/info", READERS, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: OfIntegration) -> RouteItem | None:
    """Show the route of one integration, null where it has none."""
    one = engine_integration.readable(tx, caller, request.integration_id)
    found = routing.get(tx, caller.account_id, one.id)
    return _item(found) if found else None


@operation("/route/list", READERS, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: OfIntegrations) -> Routes:
    """Show the routes of several integrations; those without one are left out."""
    ids = engine_integration.readable_ids(tx, caller, request.integration_ids)
    return Routes([_item(one) for one in routing.get_many(tx, caller.account_id, ids)])


@operation("/route/upsert", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG, audited=False)
def upsert(tx: Tx, caller: Caller, request: UpsertRoute) -> Empty:
    """Replace the route of a shared integration.

    Cases are tried in order and the first that matches ends the search, unless it falls through.
    The default takes what no matching case led anywhere. With `version` the call is refused if
    somebody else replaced the route since. What was replaced stays in the history.
    """
    cases = tuple(one.case for one in request.cases)
    sections = tuple(Section(one.name, one.position) for one in request.sections)
    wish = Wish(cases, sections, request.default, request.version)
    engine.replace_route(tx, caller, request.integration_id, wish)
    return Empty()


@operation("/route/history/list", READERS, Kind.READ, tag=TAG)
def browse_history(tx: Tx, caller: Caller, request: ListVersions) -> VersionPage:
    """List what a route was before, newest first."""
    page = window(request.p, request.limit)
    one = engine_integration.readable(tx, caller, request.integration_id)
    found = routing.history(tx, caller.account_id, one.id, page, ascending=request.asc)
    total = routing.count_versions(tx, caller.account_id, one.id)
    items = [
        VersionItem(
            each.version,
            list(each.cases),
            list(each.sections),
            each.default,
            each.updated_by,
            seconds(each.updated_at),
        )
        for each in found
    ]
    return VersionPage(items, total, has_next_page=page.offset + len(items) < total)


@operation("/route/preview", READERS, Kind.READ, tag=TAG)
def preview(tx: Tx, caller: Caller, request: PreviewRoute) -> RoutedAlerts:
    """Show where a route would lead alerts of the past, before it is set."""
    cases = tuple(wish.case for wish in request.route.cases)
    found = engine.preview(tx, caller, request.alert_ids, cases, request.route.default)
    return RoutedAlerts(
        [
            RoutedAlert(
                alert_id=alert.id,
                alert_title=alert.title,
                start_time=seconds(alert.start_time),
                matched_cases=list(routed.matched),
                channel_ids=list(routed.channel_ids),
            )
            for alert, routed in found
        ]
    )


def _item(one: Route) -> RouteItem:
    return RouteItem(
        integration_id=one.integration_id,
        cases=list(one.cases),
        sections=list(one.sections),
        default=one.default,
        status="enabled",
        version=one.version,
        updated_by=one.updated_by,
        creator_id=one.creator_id,
        deleted_at=0,
        created_at=seconds(one.created_at),
        updated_at=seconds(one.updated_at),
    )
