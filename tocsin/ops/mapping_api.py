"""Mapping APIs: services that enrichment asks for labels."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.mapping import ApiEdit, MappingApi
from tocsin.engine import mapping_api as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.text import HIDDEN, without_query
from tocsin.kernel.units import from_seconds, seconds
from tocsin.store import mapping_api as apis
from tocsin.store.database import Tx

TAG: Final = "Alert enrichment"
LISTERS: Final = (Permission.MAPPINGS_READ, Permission.MAPPINGS_MANAGE)

ApiId = Annotated[str, Meta(pattern="^[0-9a-fA-F]{24}$")]
Name = Annotated[str, Meta(max_length=199, description="Unique in the account.")]
Url = Annotated[str, Meta(max_length=500, description="http(s) address that is posted to.")]
Headers = Annotated[dict[str, str], Meta(description="Sent with every request.")]
Timeout = Annotated[int, Meta(ge=1, le=3, description="Seconds to wait for the answer.")]
Retries = Annotated[int, Meta(ge=0, le=1, description="Tries more after a failure.")]
Insecure = Annotated[bool, Meta(description="Accept any certificate.")]
TeamId = Annotated[int, Meta(description="The team that looks after it; 0 for none.")]


class CreateApi(Struct, frozen=True):
    api_name: Name
    url: Url
    description: str = ""
    insecure_skip_verify: Insecure = False
    headers: Headers = {}
    timeout: Timeout = 2
    retry_count: Retries = 0
    team_id: TeamId = 0


class UpdateApi(Struct, frozen=True):
    api_id: ApiId
    api_name: Name | UnsetType = UNSET
    description: str | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    insecure_skip_verify: Insecure | UnsetType = UNSET
    headers: Headers | UnsetType = UNSET
    timeout: Timeout | UnsetType = UNSET
    retry_count: Retries | UnsetType = UNSET
    team_id: TeamId | UnsetType = UNSET


class OneApi(Struct, frozen=True):
    api_id: ApiId


class ApiMade(Struct, frozen=True):
    api_id: ApiId
    api_name: str


class ApiItem(Struct, frozen=True):
    """Header values and the query of the address show only to those who may manage mappings."""

    api_id: ApiId
    api_name: str
    description: str
    url: str
    headers: dict[str, str]
    timeout: int
    retry_count: int
    insecure_skip_verify: bool
    status: str
    team_id: int
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int


class Apis(Struct, frozen=True):
    total: int
    items: list[ApiItem]


@operation("/enrichment/mapping/api/list", LISTERS, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: Empty) -> Apis:
    """List the account's mapping APIs, oldest first."""
    items = [_item(one, caller) for one in apis.browse(tx, caller.account_id)]
    return Apis(len(items), items)


@operation("/enrichment/mapping/api/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: OneApi) -> ApiItem | None:
    """Show one mapping API, null for an unknown id."""
    found = apis.get(tx, caller.account_id, request.api_id)
    return _item(found, caller) if found else None


@operation("/enrichment/mapping/api/create", Permission.MAPPINGS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateApi) -> ApiMade:
    """Name a service that enrichment asks for labels.

    It is posted the labels wanted and the event, and answers 200 with `result_labels`. Internal
    addresses are asked only where the operator allows their networks.
    """
    made = engine.create(tx, caller, _edit(request))
    return ApiMade(made.id, made.name)


@operation("/enrichment/mapping/api/update", Permission.MAPPINGS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateApi) -> Empty:
    """Change a mapping API; what is not sent stays, `headers` are replaced as a whole.

    Open to its creator, admins and members of its team.
    """
    engine.change(tx, caller, request.api_id, _edit(request))
    return Empty()


@operation("/enrichment/mapping/api/delete", Permission.MAPPINGS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: OneApi) -> Empty:
    """Delete a mapping API; refused while enrichment rules use it."""
    engine.delete(tx, caller, request.api_id)
    return Empty()


def _edit(request: CreateApi | UpdateApi) -> ApiEdit:
    return ApiEdit(
        name=request.api_name,
        description=request.description,
        url=request.url,
        headers=request.headers,
        timeout_ms=UNSET if request.timeout is UNSET else from_seconds(request.timeout),
        retry_count=request.retry_count,
        insecure_skip_verify=request.insecure_skip_verify,
        team_id=request.team_id,
    )


def _item(one: MappingApi, caller: Caller) -> ApiItem:
    may_manage = Permission.MAPPINGS_MANAGE in caller.permissions
    return ApiItem(
        api_id=one.id,
        api_name=one.name,
        description=one.description,
        url=one.url if may_manage else without_query(one.url),
        headers=one.headers if may_manage else dict.fromkeys(one.headers, HIDDEN),
        timeout=seconds(one.timeout_ms),
        retry_count=one.retry_count,
        insecure_skip_verify=one.insecure_skip_verify,
        status=one.status,
        team_id=one.team_id,
        creator_id=one.creator_id,
        updated_by=one.updated_by,
        created_at=seconds(one.created_at),
        updated_at=seconds(one.updated_at),
    )
