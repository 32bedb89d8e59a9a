"""What templates work on: text, numbers, true and false, nothing, lists, maps and records."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeGuard

from tocsin.domain.go_template.failure import FunctionError

DEPTH_MAX: Final = 60


class Texts(dict[str, str]):
    """A map of text to text; what it doesn't hold is empty text.

    What any other map doesn't hold is nothing, and shows as `<no value>`.
    """


class Record:
    """A thing with fixed fields: to ask for another field is an error.

    A field may be a function; it is called with the arguments that follow its name.
    """

    def __init__(self, kind: str, fields: Mapping[str, object]) -> None:
        self.kind = kind
        self.fields = fields


class Markup(str):
    """Text that is HTML already: it is not escaped again."""


def truth(value: object) -> bool:
    """Whether it is something: not zero, not empty, not nothing."""
    if isinstance(value, Record | datetime):
        return True
    return bool(value)


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether it is a list."""
    return isinstance(value, list | tuple)


def kind(value: object) -> str:
    """What Go calls a value of this kind."""
    match value:
        case None:
            return "invalid"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float64"
        case str():
            return "string"
        case list() | tuple():
            return "slice"
        case Mapping():
            return "map"
        case Record() | datetime():
            return "struct"
    return "func"


def type_name(value: object) -> str:
    """What Go calls its type."""
    match value:
        case None:
            return "<nil>"
        case Texts():
            return "map[string]string"
        case Mapping():
            return "map[string]interface {}"
        case list() | tuple():
            return "[]interface {}"
        case Record():
            return value.kind
        case datetime():
            return "time.Time"
    return kind(value)


def field(of: object, name: str) -> object:
    """A field of a record, or the value of a map under that name. Raises FunctionError."""
    match of:
        case None:
            return None
        case Texts():
            return of.get(name, "")
        case Mapping():
            return of.get(name)
        case Record() if name in of.fields:
            return of.fields[name]
    raise FunctionError(f"{type_name(of)} has no field {name}")


def elements(of: object) -> Iterator[tuple[object, object]]:
    """What a range goes through: positions and elements, keys in order and values.

    Raises FunctionError for what cannot be gone through.
    """
    match of:
        case None:
            return iter(())
        case bool():
            pass
        case int():
            return ((None, number) for number in range(of))
        case list() | tuple():
            return iter(enumerate(of))
        case Mapping():
            return ((key, of[key]) for key in sorted(of))
    raise FunctionError(f"range can't go through {type_name(of)}")


def weigh(value: object, most: int) -> int:
    """How much a value holds: one for each part and each 32 characters.

    Stops counting above `most`; what is nested too deeply weighs more than `most`, too.
    """
    total, waiting = 0, [(value, 0)]
    while waiting and total <= most:
        part, depth = waiting.pop()
        total += 1
        if isinstance(part, str):
            total += len(part) >> 5
        elif isinstance(part, list | tuple | Mapping):
            if depth > DEPTH_MAX or len(part) > most:
                return most + 1
            inner = [*part.values(), *part] if isinstance(part, Mapping) else part
            waiting.extend((each, depth + 1) for each in inner)
    return total


def is_function(value: object) -> bool:
    """Whether it can be called."""
    return callable(value) and not isinstance(value, Record)
