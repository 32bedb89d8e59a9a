"""RUM applications: what sends errors, and the keys it sends them with."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.application import (
    Alerting,
    Application,
    ApplicationEdit,
    ApplicationStatus,
    ApplicationType,
    Tracing,
    dsn,
    is_visible,
)
from tocsin.engine import application as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.store import application as applications
from tocsin.store.application import Filter, Order
from tocsin.store.database import Tx

TAG: Final = "RUM/Applications"

Name = Annotated[str, Meta(min_length=1, max_length=40, description="Unique in the account.")]
NoIp = Annotated[bool, Meta(description="Keep no network address of the people using it.")]
NoGeo = Annotated[bool, Meta(description="Do not look up where an address is.")]
Private = Annotated[bool, Meta(description="Show it to its team, its creator and admins only.")]


class CreateApplication(Struct, frozen=True):
    application_name: Name
    type: ApplicationType
    team_id: Annotated[int, Meta(description="The team that owns it; 0 for none.")]
    is_private: Private = False
    no_ip: NoIp = False
    no_geo: NoGeo = False
    alerting: Alerting = Alerting()
    tracing: Tracing = Tracing()


class CreatedApplication(Struct, frozen=True):
    application_id: str
    application_name: str
    client_token: str
    dsn: Annotated[str, Meta(description="What a Sentry SDK is configured with.")]


class UpdateApplication(Struct, frozen=True):
    application_id: str
    application_name: Name | UnsetType = UNSET
    type: ApplicationType | UnsetType = UNSET
    team_id: int | UnsetType = UNSET
    is_private: Private | UnsetType = UNSET
    no_ip: NoIp | UnsetType = UNSET
    no_geo: NoGeo | UnsetType = UNSET
    alerting: Alerting | UnsetType = UNSET
    tracing: Tracing | UnsetType = UNSET


class ApplicationId(Struct, frozen=True):
    application_id: str


class ApplicationIds(Struct, frozen=True):
    application_ids: Annotated[tuple[str, ...], Meta(max_length=200)]


class ListApplications(Struct, frozen=True):
    p: int = 1
    limit: Annotated[int, Meta(le=100)] = 20
    orderby: Order = Order.CREATED
    asc: bool = False
    query: Annotated[str, Meta(description="Part of a name, in any case.")] = ""
    team_id: Annotated[int, Meta(description="0 for any team.")] = 0
    is_my_team: Annotated[bool, Meta(description="Only what the caller's teams own.")] = False


class ApplicationItem(Struct, frozen=True):
    """Instants are ms."""

    account_id: int
    application_id: str
    application_name: str
    type: ApplicationType
    client_token: str
    dsn: Annotated[str, Meta(description="What a Sentry SDK is configured with.")]
    team_id: int
    is_private: bool
    no_ip: bool
    no_geo: bool
    alerting: Alerting
    tracing: Tracing
    status: ApplicationStatus
    created_by: int
    updated_by: int
    created_at: int
    updated_at: int


class ApplicationPage(Struct, frozen=True):
    items: list[ApplicationItem]
    total: int
    has_next_page: bool


class Applications(Struct, frozen=True):
    items: list[ApplicationItem]


@operation("/rum/application/create", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateApplication) -> CreatedApplication:
    """Register an application and make its keys.

    The answer holds a client token for RUM SDKs and a DSN for Sentry SDKs.
    """
    edit = ApplicationEdit(
        name=request.application_name,
        type=request.type,
        team_id=request.team_id,
        is_private=request.is_private,
        no_ip=request.no_ip,
        no_geo=request.no_geo,
        alerting=request.alerting,
        tracing=request.tracing,
    )
    new = engine.create(tx, caller, edit)
    return CreatedApplication(new.id, new.name, new.client_token, dsn(new, tx.site.public_url))


@operation("/rum/application/update", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateApplication) -> Empty:
    """Change settings of an application; members that are not sent stay as they are."""
    edit = ApplicationEdit(
        name=request.application_name,
        type=request.type,
        team_id=request.team_id,
        is_private=request.is_private,
        no_ip=request.no_ip,
        no_geo=request.no_geo,
        alerting=request.alerting,
        tracing=request.tracing,
    )
    engine.change(tx, caller, request.application_id, edit)
    return Empty()


@operation("/rum/application/delete", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: ApplicationId) -> Empty:
    """Delete an application: its keys stop working within seconds, its name is free again."""
    engine.delete(tx, caller, request.application_id)
    return Empty()


@operation("/rum/application/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: ApplicationId) -> ApplicationItem:
    """Show one application."""
    return _item(engine.seen(tx, caller, request.application_id), tx.site.public_url)


@operation("/rum/application/infos", None, Kind.READ, tag=TAG)
def infos(tx: Tx, caller: Caller, request: ApplicationIds) -> Applications:
    """Show applications by their ids; those unknown or hidden from the caller are left out."""
    found = applications.get_many(tx, caller.account_id, request.application_ids)
    wanted = [found[one] for one in dict.fromkeys(request.application_ids) if one in found]
    return Applications(
        [_item(one, tx.site.public_url) for one in wanted if is_visible(one, caller)]
    )


@operation("/rum/application/list", None, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListApplications) -> ApplicationPage:
    """List the applications the caller may see."""
    page = window(request.p, request.limit)
    viewer, wanted = engine.viewer(caller), _filter(caller, request)
    found = applications.browse(
        tx, caller.account_id, viewer, wanted, request.orderby, ascending=request.asc, window=page
    )
    total = applications.count(tx, caller.account_id, viewer, wanted)
    return ApplicationPage(
        [_item(one, tx.site.public_url) for one in found],
        total,
        has_next_page=page.offset + len(found) < total,
    )


def _filter(caller: Caller, request: ListApplications) -> Filter:
    team_ids = {request.team_id} if request.team_id else None
    if request.is_my_team:
        team_ids = set(caller.team_ids) if team_ids is None else team_ids & caller.team_ids
    return Filter(team_ids, request.query)


def _item(one: Application, public_url: str) -> ApplicationItem:
    return ApplicationItem(
        account_id=one.account_id,
        application_id=one.id,
        application_name=one.name,
        type=one.type,
        client_token=one.client_token,
        dsn=dsn(one, public_url),
        team_id=one.team_id,
        is_private=one.is_private,
        no_ip=one.no_ip,
        no_geo=one.no_geo,
        alerting=one.alerting,
        tracing=one.tracing,
        status=one.status,
        created_by=one.created_by,
        updated_by=one.updated_by,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )
