"""A custom field: what an account wants to know about every incident beyond our own fields."""

import hashlib
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec
import re2
from msgspec import Struct

from tocsin.kernel.errors import InvalidParameter

PER_ACCOUNT_MAX: Final = 15
DISPLAY_NAME_MAX: Final = 40
DESCRIPTION_MAX: Final = 500
OPTIONS_MAX: Final = 20
OPTION_LENGTH_MAX: Final = 200
TEXT_MAX: Final = 3000

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,39}")


class FieldType(StrEnum):
    """How a value is entered."""

    CHECKBOX = "checkbox"
    SINGLE_SELECT = "single_select"
    MULTI_SELECT = "multi_select"
    TEXT = "text"


class ValueType(StrEnum):
    """What a value is: a checkbox holds a bool, every other type text."""

    BOOL = "bool"
    STRING = "string"


class FieldStatus(StrEnum):
    """A field being deleted is gone for everybody; its name is taken until incidents are rid of
    its values."""

    ENABLED = "enabled"
    DELETING = "deleting"


Value: TypeAlias = bool | str | list[str] | None
"""What an incident may hold in a field; None is nothing."""


class CustomField(Struct, frozen=True):
    """A field as it is kept. `name` never changes; instants are ms."""

    id: str
    account_id: int
    name: str
    display_name: str
    field_type: FieldType
    value_type: ValueType
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int
    description: str = ""
    options: tuple[str, ...] = ()
    default_value: Value = None
    status: FieldStatus = FieldStatus.ENABLED


def marks(value: object) -> tuple[str, ...]:
    """Digests by which a value is found: one for each entry of a list that has any."""
    values = value if isinstance(value, list) and value else [value]
    found = (hashlib.sha256(msgspec.json.encode(one)).hexdigest()[:32] for one in values)
    return tuple(dict.fromkeys(found))


def value_type(field_type: FieldType) -> ValueType:
    """The one value type a field type has."""
    return ValueType.BOOL if field_type is FieldType.CHECKBOX else ValueType.STRING


def has_options(field_type: FieldType) -> bool:
    """Whether values are chosen from a list."""
    return field_type in (FieldType.SINGLE_SELECT, FieldType.MULTI_SELECT)


def matching(fields: Iterable[CustomField], query: str) -> list[CustomField]:
    """The fields whose name or display name the query is found in, as a pattern without case.

    A query that is no pattern is looked for as plain text.
    """
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        sought = re2.compile(query, options)
    except re2.error:
        sought = re2.compile(re2.escape(query), options)
    return [each for each in fields if sought.search(f"{each.name}\n{each.display_name}")]


def check(field: CustomField) -> None:
    """Raise InvalidParameter for a definition that does not hold together."""
    if not _NAME.fullmatch(field.name):
        raise InvalidParameter(
            "field_name must start with a letter or _, go on with letters, digits and _, and "
            "have at most 40 characters, not {value}",
            field="field_name",
            value=field.name,
        )
    if field.value_type is not value_type(field.field_type):
        raise InvalidParameter(
            "value_type of a {field_type} field is {expected}, not {value}",
            field_type=field.field_type,
            expected=value_type(field.field_type),
            value=field.value_type,
        )
    _check_options(field)
    check_value(field, field.default_value)


def check_value(field: CustomField, value: object) -> Value:
    """The value as an incident may hold it in this field; None and "" clear it.

    Raises InvalidParameter for a value of another type, too long, or not among the options.
    """
    match field.field_type, value:
        case _, None:
            return None
        case FieldType.CHECKBOX, bool(ticked):
            return ticked
        case FieldType.TEXT, str(words) if len(words) <= TEXT_MAX:
            return words
        case FieldType.SINGLE_SELECT, str(choice) if choice in ("", *field.options):
            return choice or None
        case FieldType.MULTI_SELECT, list(choices) if all(one in field.options for one in choices):
            return list(dict.fromkeys(choices))
    raise _wrong_value(field, value)


def _wrong_value(field: CustomField, value: object) -> InvalidParameter:
    match field.field_type:
        case FieldType.CHECKBOX:
            return InvalidParameter(
                "field {name} takes true or false, not {value}", name=field.name, value=value
            )
        case FieldType.TEXT:
            return InvalidParameter(
                "field {name} takes text of at most {maximum} characters, not {value}",
                name=field.name,
                maximum=TEXT_MAX,
                value=value,
            )
        case FieldType.SINGLE_SELECT:
            return InvalidParameter(
                "field {name} takes one of its options, not {value}", name=field.name, value=value
            )
        case FieldType.MULTI_SELECT:
            return InvalidParameter(
                "field {name} takes a list of its options, not {value}",
                name=field.name,
                value=value,
            )


def _check_options(field: CustomField) -> None:
    if not has_options(field.field_type):
        if field.options:
            raise InvalidParameter(
                "options belong to single_select and multi_select fields only", field="options"
            )
        return
    if not 1 <= len(field.options) <= OPTIONS_MAX:
        raise InvalidParameter(
            "options must have from 1 to {maximum} entries, not {count}",
            maximum=OPTIONS_MAX,
            count=len(field.options),
        )
    if len(set(field.options)) < len(field.options):
        raise InvalidParameter("options must differ from each other", field="options")
    for option in field.options:
        if not 1 <= len(option) <= OPTION_LENGTH_MAX:
            raise InvalidParameter(
                "an option must have from 1 to {maximum} characters, not {count}",
                maximum=OPTION_LENGTH_MAX,
                count=len(option),
            )
