"""Mapping schemas: tables that enrichment looks labels up in."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.mapping import Label, MappingSchema
from tocsin.engine import mapping_schema as engine
from tocsin.engine.mapping_schema import SchemaEdit
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store import mapping_schema as schemas
from tocsin.store.database import Tx
from tocsin.wire.mapping import READERS, SchemaId

TAG: Final = "Alert enrichment"
LISTERS: Final = (Permission.CHANNELS_READ, Permission.CHANNELS_MANAGE, *READERS)

Name = Annotated[str, Meta(max_length=39, description="Unique in the account.")]
Description = Annotated[str, Meta(max_length=500)]
TeamId = Annotated[int, Meta(description="The team that looks after it; 0 for none.")]


class CreateSchema(Struct, frozen=True):
    schema_name: Name
    source_labels: Annotated[
        tuple[Label, ...], Meta(min_length=1, max_length=3, description="Looked up by.")
    ]
    result_labels: Annotated[
        tuple[Label, ...], Meta(min_length=1, max_length=10, description="Found.")
    ]
    description: Description = ""
    team_id: TeamId = 0


class UpdateSchema(Struct, frozen=True):
    schema_id: SchemaId
    schema_name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    team_id: TeamId | UnsetType = UNSET


class OneSchema(Struct, frozen=True):
    schema_id: SchemaId


class SchemaMade(Struct, frozen=True):
    schema_id: SchemaId
    schema_name: str


class SchemaItem(Struct, frozen=True):
    schema_id: SchemaId
    schema_name: str
    description: str
    source_labels: list[str]
    result_labels: list[str]
    status: str
    team_id: int
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int


class Schemas(Struct, frozen=True):
    total: int
    items: list[SchemaItem]


@operation("/enrichment/mapping/schema/list", LISTERS, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: Empty) -> Schemas:
    """List the account's mapping schemas, oldest first."""
    items = [_item(one) for one in schemas.browse(tx, caller.account_id)]
    return Schemas(len(items), items)


@operation("/enrichment/mapping/schema/info", READERS, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: OneSchema) -> SchemaItem | None:
    """Show one mapping schema, null for an unknown id."""
    found = schemas.get(tx, caller.account_id, request.schema_id)
    return _item(found) if found else None


@operation("/enrichment/mapping/schema/create", Permission.MAPPINGS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateSchema) -> SchemaMade:
    """Make a table that enrichment looks labels up in; its labels never change."""
    edit = SchemaEdit(request.schema_name, request.description, request.team_id)
    made = engine.create(tx, caller, edit, request.source_labels, request.result_labels)
    return SchemaMade(made.id, made.name)


@operation("/enrichment/mapping/schema/update", Permission.MAPPINGS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateSchema) -> Empty:
    """Change name, description or team of a mapping schema; what is not sent stays.

    Open to its creator, admins and members of its team.
    """
    edit = SchemaEdit(request.schema_name, request.description, request.team_id)
    engine.change(tx, caller, request.schema_id, edit)
    return Empty()


@operation("/enrichment/mapping/schema/delete", Permission.MAPPINGS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: OneSchema) -> Empty:
    """Delete a mapping schema with its rows; refused while enrichment rules use it."""
    engine.delete(tx, caller, request.schema_id)
    return Empty()


def _item(one: MappingSchema) -> SchemaItem:
    return SchemaItem(
        schema_id=one.id,
        schema_name=one.name,
        description=one.description,
        source_labels=list(one.source_labels),
        result_labels=list(one.result_labels),
        status="enabled",
        team_id=one.team_id,
        creator_id=one.creator_id,
        updated_by=one.updated_by,
        created_at=seconds(one.created_at),
        updated_at=seconds(one.updated_at),
    )
