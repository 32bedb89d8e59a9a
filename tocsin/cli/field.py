"""A field of a request as an option of the command line."""

from enum import Enum
from typing import Any, Final

import msgspec
from msgspec import Struct, inspect

from tocsin.cli.instant import date_ms, span_ms
from tocsin.cli.refusal import EXIT_USAGE, Refusal
from tocsin.kernel.units import DAY, SECOND

TAKEN: Final = frozenset({"url", "key", "ca", "json", "body", "file", "help"})
"""Options every verb has; a field of that name gets `field-` before it."""
START: Final = "start_time"
END: Final = "end_time"
LOOK_BACK_MS: Final = 7 * DAY


class Form(Enum):
    """How the text of an option becomes a value."""

    TEXT = "TEXT"
    NUMBER = "N"
    FRACTION = "X"
    SWITCH = ""
    INSTANT = "WHEN"
    LIST = "LIST"
    JSON = "JSON"


class Option(Struct, frozen=True):
    """`item` is the form of a list's items; `choices` the values of an enumeration."""

    name: str
    form: Form
    item: Form
    choices: tuple[str, ...]
    required: bool
    description: str
    milliseconds: bool

    @property
    def flag(self) -> str:
        prefix = "field-" if self.name in TAKEN else ""
        return f"--{prefix}{self.name.replace('_', '-')}"

    @property
    def placeholder(self) -> str:
        if self.choices:
            return "|".join(self.choices)
        return (self.item if self.form is Form.LIST else self.form).value

    def value(self, texts: list[str], now: int) -> Any:
        """What the request carries for these texts; Refusal when they are not of the form."""
        if self.form is not Form.LIST:
            return self._one(texts[-1], self.form, now)
        found: list[Any] = []
        for text in texts:
            if text.startswith("["):
                found += self._one(text, Form.JSON, now)
            else:
                found.append(self._one(text, self.item, now))
        return found

    def _one(self, text: str, form: Form, now: int) -> Any:
        try:
            if form is Form.NUMBER:
                return int(text)
            if form is Form.FRACTION:
                return float(text)
            if form is Form.INSTANT:
                return self._instant(text, now)
            return msgspec.json.decode(text) if form is Form.JSON else text
        except (ValueError, msgspec.DecodeError):
            expected = _EXPECTED[form]
            raise Refusal(f"{self.flag} must be {expected}, not {text!r}.", EXIT_USAGE) from None

    def _instant(self, text: str, now: int) -> int:
        if text.lstrip("-").isdigit():
            return int(text)
        span = 0 if text == "now" else span_ms(text)
        instant = date_ms(text) if span is None else now - span
        if instant is None:
            raise ValueError(text)
        return self.of(instant)

    def of(self, instant: int) -> int:
        """An instant in ms in the unit of this field."""
        return instant if self.milliseconds else instant // SECOND


_EXPECTED: Final = {
    Form.NUMBER: "a whole number",
    Form.FRACTION: "a number",
    Form.INSTANT: "like 7d (ago), now, 2027-01-31 or a Unix time",
    Form.JSON: "JSON",
}


def options_of(request: Any) -> list[Option]:
    """The options of a request's type, required ones first."""
    described = inspect.type_info(request)
    if not isinstance(described, inspect.StructType):
        return []
    found = [_option(field) for field in described.fields]
    return sorted(found, key=lambda option: not option.required)


def _option(field: inspect.Field) -> Option:
    kind, description = _plain(field.type)
    item = Form.TEXT
    if isinstance(kind, inspect.ListType | inspect.VarTupleType | inspect.SetType):
        inner, said = _plain(kind.item_type)
        form, item, choices = Form.LIST, _form(inner), _choices(inner)
        description = description or said
    else:
        form, choices = _form(kind), _choices(kind)
    name = field.encode_name
    if form is Form.NUMBER and name in (START, END):
        form = Form.INSTANT
    milliseconds = "millisecond" in description.lower()
    return Option(name, form, item, choices, field.required, description, milliseconds)


def _plain(kind: inspect.Type) -> tuple[inspect.Type, str]:
    """The type without what wraps it (constraints, "or null"), and its description."""
    description = ""
    while True:
        if isinstance(kind, inspect.Metadata):
            description = (kind.extra_json_schema or {}).get("description", description)
            kind = kind.type
        elif isinstance(kind, inspect.UnionType):
            others = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
            if len(others) != 1:
                return inspect.AnyType(), description
            kind = others[0]
        else:
            return kind, description


def _form(kind: inspect.Type) -> Form:
    if isinstance(kind, inspect.EnumType | inspect.LiteralType):
        return Form.NUMBER if all(isinstance(each, int) for each in _values(kind)) else Form.TEXT
    forms = {
        inspect.StrType: Form.TEXT,
        inspect.IntType: Form.NUMBER,
        inspect.FloatType: Form.FRACTION,
        inspect.BoolType: Form.SWITCH,
    }
    return forms.get(type(kind), Form.JSON)


def _choices(kind: inspect.Type) -> tuple[str, ...]:
    return tuple(str(each) for each in _values(kind) if each != "")


def _values(kind: inspect.Type) -> list[Any]:
    if isinstance(kind, inspect.EnumType):
        return [each.value for each in kind.cls]
    return list(kind.values) if isinstance(kind, inspect.LiteralType) else []
