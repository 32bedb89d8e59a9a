"""Custom fields of incidents."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from tocsin.domain.access import Permission
from tocsin.domain.custom_field import (
    CustomField,
    FieldStatus,
    FieldType,
    Value,
    ValueType,
    matching,
    value_type,
)
from tocsin.engine import custom_field as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store import custom_field as fields
from tocsin.store.database import Tx

TAG: Final = "Custom fields"

DisplayName = Annotated[str, Meta(min_length=1, max_length=40)]
Description = Annotated[str, Meta(max_length=500)]
Options = Annotated[
    tuple[str, ...], Meta(description="What select fields offer: up to 20, 200 characters each.")
]
Default = Annotated[
    Value, Meta(description="Given to new incidents; must suit the type. null is none.")
]


class CreateField(Struct, frozen=True):
    field_name: Annotated[str, Meta(description="Letters, digits and _; it never changes.")]
    display_name: DisplayName
    field_type: FieldType
    value_type: ValueType | None = None
    description: Description = ""
    options: Options | None = None
    default_value: Default = None


class CreatedField(Struct, frozen=True):
    field_id: str
    field_name: str


class UpdateField(Struct, frozen=True):
    field_id: str
    display_name: DisplayName | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    options: Options | UnsetType | None = UNSET
    default_value: Default | UnsetType = UNSET


class FieldId(Struct, frozen=True):
    field_id: str


class ListFields(Struct, frozen=True):
    query: Annotated[str, Meta(description="Pattern (RE2) in the name or display name.")] = ""


class FieldItem(Struct, frozen=True):
    field_id: str
    account_id: int
    field_name: str
    display_name: str
    description: str
    field_type: FieldType
    value_type: ValueType
    options: tuple[str, ...]
    default_value: Value
    status: FieldStatus
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int


class FieldList(Struct, frozen=True):
    items: list[FieldItem]
    total: int


@operation("/field/create", Permission.CUSTOM_FIELDS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateField) -> CreatedField:
    """Add a field to every incident of the account.

    `value_type` may be left out: it follows from `field_type`. At most 15 fields an account.
    """
    new = CustomField(
        id=tx.ids.object_id(),
        account_id=caller.account_id,
        name=request.field_name,
        display_name=request.display_name,
        description=request.description,
        field_type=request.field_type,
        value_type=request.value_type or value_type(request.field_type),
        options=request.options or (),
        default_value=request.default_value,
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    engine.create(tx, new)
    return CreatedField(new.id, new.name)


@operation("/field/update", Permission.CUSTOM_FIELDS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateField) -> Empty:
    """Change how a field is shown and what it offers; its name and types never change."""
    current = engine.get(tx, caller.account_id, request.field_id, lock=True)
    changed = replace(
        current,
        display_name=request.display_name or current.display_name,
        description=current.description if request.description is UNSET else request.description,
        options=current.options if request.options is UNSET else request.options or (),
        default_value=(
            current.default_value if request.default_value is UNSET else request.default_value
        ),
    )
    engine.change(tx, current, changed, caller.member_id)
    return Empty()


@operation("/field/delete", Permission.CUSTOM_FIELDS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: FieldId) -> Empty:
    """Delete a field, and with it what incidents hold in it.

    Its name is free again once no incident holds a value any more, soon after.
    """
    engine.delete(tx, caller.account_id, request.field_id)
    return Empty()


@operation("/field/info", Permission.CUSTOM_FIELDS_READ, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: FieldId) -> FieldItem:
    """Show one field."""
    return _item(engine.get(tx, caller.account_id, request.field_id))


@operation("/field/list", Permission.CUSTOM_FIELDS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListFields) -> FieldList:
    """List the account's fields, oldest first."""
    found = matching(fields.all_of(tx, caller.account_id), request.query)
    items = [_item(field) for field in found]
    return FieldList(items, len(items))


def _item(field: CustomField) -> FieldItem:
    return FieldItem(
        field_id=field.id,
        account_id=field.account_id,
        field_name=field.name,
        display_name=field.display_name,
        description=field.description,
        field_type=field.field_type,
        value_type=field.value_type,
        options=field.options,
        default_value=field.default_value,
        status=field.status,
        creator_id=field.creator_id,
        updated_by=field.updated_by,
        created_at=seconds(field.created_at),
        updated_at=seconds(field.updated_at),
    )
