"""What may be done to mapping APIs."""

from msgspec.structs import asdict, replace

from tocsin.domain.mapping import APIS_MAX, ApiEdit, MappingApi, check_api
from tocsin.engine.access import require_known_team, require_team
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest, InvalidParameter, ReferenceExist, ResourceNotFound
from tocsin.kernel.given import given
from tocsin.kernel.units import SECOND
from tocsin.store import account as accounts
from tocsin.store import mapping_api as apis
from tocsin.store import reference
from tocsin.store.database import Tx


def managed(tx: Tx, caller: Caller, api_id: str) -> MappingApi:
    """An API the caller may change, locked.

    Raises ResourceNotFound, or AccessDenied for one of another team.
    """
    found = apis.get(tx, caller.account_id, api_id, lock=True)
    if found is None:
        raise ResourceNotFound("no mapping API has the id {api_id}", api_id=api_id)
    require_team(caller, (found.team_id,), found.creator_id)
    return found


def create(tx: Tx, caller: Caller, edit: ApiEdit) -> MappingApi:
    """A new API. Raises InvalidParameter for one that could not be asked or whose name is taken,
    BadRequest where the account has all it may have."""
    accounts.lock(tx, caller.account_id)
    if apis.count(tx, caller.account_id) >= APIS_MAX:
        raise BadRequest(
            "an account may have {maximum} mapping APIs; delete one first", maximum=APIS_MAX
        )
    blank = MappingApi(
        id=tx.ids.object_id(),
        account_id=caller.account_id,
        name="",
        description="",
        url="",
        headers={},
        timeout_ms=2 * SECOND,
        retry_count=0,
        insecure_skip_verify=False,
        team_id=0,
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    new = _edited(tx, blank, edit)
    apis.add(tx, new)
    return new


def change(tx: Tx, caller: Caller, api_id: str, edit: ApiEdit) -> None:
    """Change an API; headers are replaced as a whole."""
    changed = _edited(tx, managed(tx, caller, api_id), edit)
    apis.save(tx, replace(changed, updated_by=caller.member_id, updated_at=tx.now))


def delete(tx: Tx, caller: Caller, api_id: str) -> None:
    """Delete an API; ReferenceExist while enrichment rules ask it."""
    current = managed(tx, caller, api_id)
    refs = reference.refs(tx, current.account_id, reference.MAPPING, current.id)
    if refs:
        raise ReferenceExist(
            "mapping API {name} is used by enrichment rules; change them first",
            refs,
            name=current.name,
        )
    apis.remove(tx, current)


def _edited(tx: Tx, current: MappingApi, edit: ApiEdit) -> MappingApi:
    require_known_team(tx, current.account_id, edit.team_id or 0)
    changed = replace(current, **given(asdict(edit)))
    if not changed.name:
        raise InvalidParameter("{field} is required; send it", field="api_name")
    check_api(changed)
    return changed
