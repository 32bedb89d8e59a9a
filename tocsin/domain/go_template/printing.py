"""Values as text, the way Go prints them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tocsin.domain.go_template import floats
from tocsin.domain.go_template.values import Record, is_list, type_name

NO_VALUE: Final = "<no value>"
NIL: Final = "<nil>"


def written(value: object) -> str:
    """A value as an action writes it."""
    return NO_VALUE if value is None else shown(value)


def shown(value: object) -> str:
    """A value as `%v` shows it."""
    match value:
        case str():
            return str(value)
        case None:
            return NIL
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return floats.shortest(value)
        case Mapping():
            inner = " ".join(f"{key}:{shown(value[key])}" for key in sorted(value))
            return f"map[{inner}]"
        case list() | tuple():
            return f"[{' '.join(map(shown, value))}]"
        case Record():
            fields = (each for each in value.fields.values() if not callable(each))
            return "{" + " ".join(map(shown, fields)) + "}"
        case datetime():
            return _moment(value)
    return type_name(value)


def printed(values: tuple[object, ...]) -> str:
    """Values in a row, with a space between two that are both no text."""
    parts: list[str] = []
    for position, value in enumerate(values):
        both = position and not isinstance(value, str)
        if both and not isinstance(values[position - 1], str):
            parts.append(" ")
        parts.append(shown(value))
    return "".join(parts)


def literal(value: object) -> str:
    """A value as `%#v` shows it: as it would stand in Go source."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{quoted(key)}:{literal(value[key])}" for key in sorted(value))
        return f"{type_name(value)}{{{inner}}}"
    if is_list(value):
        return f"{type_name(value)}{{{', '.join(map(literal, value))}}}"
    if value is None:
        return "interface {}(nil)"
    return shown(value)


_ESCAPES: Final = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}


def quoted(text: str) -> str:
    """Text in double quotes, escaped as in Go source."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if found := _ESCAPES.get(character):
        return found
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _moment(at: datetime) -> str:
    fraction = f".{at.microsecond:06d}".rstrip("0") if at.microsecond else ""
    return f"{at:%Y-%m-%d %H:%M:%S}{fraction} {at:%z} {at.tzname()}"
