"""What may be done to mapping schemas."""

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from tocsin.domain.mapping import SCHEMAS_MAX, MappingSchema, check_schema
from tocsin.engine.access import require_known_team, require_team
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import (
    BadRequest,
    InvalidParameter,
    ReferenceExist,
    ResourceNotFound,
    TooFrequent,
)
from tocsin.kernel.given import given
from tocsin.kernel.units import seconds
from tocsin.store import account as accounts
from tocsin.store import mapping_row as rows
from tocsin.store import mapping_schema as schemas
from tocsin.store import reference
from tocsin.store.database import Tx


class SchemaEdit(Struct, frozen=True):
    """What somebody changes about a schema; what is UNSET stays."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    team_id: int | UnsetType = UNSET


def get(tx: Tx, account_id: int, schema_id: str) -> MappingSchema:
    """A schema; ResourceNotFound for an id that is unknown here."""
    return _known(schemas.get(tx, account_id, schema_id), schema_id)


def managed(tx: Tx, caller: Caller, schema_id: str) -> MappingSchema:
    """A schema the caller may change, locked.

    Raises ResourceNotFound, or AccessDenied for one of another team.
    """
    found = _known(schemas.get(tx, caller.account_id, schema_id, lock=True), schema_id)
    require_team(caller, (found.team_id,), found.creator_id)
    return found


def writable(tx: Tx, caller: Caller, schema_id: str) -> MappingSchema:
    """A schema whose rows the caller may change, locked; raises as `managed` does, and
    TooFrequent while somebody loads a file into it."""
    found = managed(tx, caller, schema_id)
    if found.loading_until > tx.now:
        raise TooFrequent(
            "a file is being loaded into this mapping schema; retry in {retry_after} s",
            retry_after=min(5, seconds(found.loading_until - tx.now) + 1),
        )
    return found


def create(
    tx: Tx,
    caller: Caller,
    edit: SchemaEdit,
    source_labels: tuple[str, ...],
    result_labels: tuple[str, ...],
) -> MappingSchema:
    """A new schema without rows. Raises InvalidParameter for one that does not hold together or
    whose name is taken, BadRequest where the account has all it may have."""
    check_schema(source_labels, result_labels)
    accounts.lock(tx, caller.account_id)
    if schemas.count(tx, caller.account_id) >= SCHEMAS_MAX:
        raise BadRequest(
            "an account may have {maximum} mapping schemas; delete one first", maximum=SCHEMAS_MAX
        )
    blank = MappingSchema(
        id=tx.ids.object_id(),
        account_id=caller.account_id,
        name="",
        description="",
        source_labels=source_labels,
        result_labels=result_labels,
        team_id=0,
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
        generation=tx.ids.object_id(),
    )
    new = _edited(tx, blank, edit)
    schemas.add(tx, new)
    return new


def change(tx: Tx, caller: Caller, schema_id: str, edit: SchemaEdit) -> None:
    """Change a schema's name, description or team."""
    changed = _edited(tx, managed(tx, caller, schema_id), edit)
    schemas.save(tx, replace(changed, updated_by=caller.member_id, updated_at=tx.now))


def delete(tx: Tx, caller: Caller, schema_id: str) -> None:
    """Delete a schema with its rows; ReferenceExist while enrichment rules look in it."""
    current = managed(tx, caller, schema_id)
    refs = reference.refs(tx, current.account_id, reference.MAPPING, current.id)
    if refs:
        raise ReferenceExist(
            "mapping schema {name} is used by enrichment rules; change them first",
            refs,
            name=current.name,
        )
    schemas.remove(tx, current)
    rows.leave(tx, current.account_id, current.generation, tx.now)


def _edited(tx: Tx, current: MappingSchema, edit: SchemaEdit) -> MappingSchema:
    require_known_team(tx, current.account_id, edit.team_id or 0)
    wanted = {"name": edit.name, "description": edit.description, "team_id": edit.team_id}
    changed = replace(current, **given(wanted))
    if not changed.name:
        raise InvalidParameter("{field} is required; send it", field="schema_name")
    return changed


def _known(found: MappingSchema | None, schema_id: str) -> MappingSchema:
    if found is None:
        raise ResourceNotFound("no mapping schema has the id {schema_id}", schema_id=schema_id)
    return found
