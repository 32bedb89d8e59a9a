"""The functions every Go template has; `and` and `or`, which may stop early, are the evaluator's."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from tocsin.domain.go_template import printing
from tocsin.domain.go_template.failure import FunctionError
from tocsin.domain.go_template.formatting import formatted
from tocsin.domain.go_template.functions import Library
from tocsin.domain.go_template.values import Markup, Texts, is_list, truth, type_name

BUILTIN: Final = Library()

_HTML: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;", "\0": "\ufffd"}
)
_SCRIPT: Final = str.maketrans(
    {each: f"\\u{ord(each):04X}" for each in "<>&=" + "".join(map(chr, range(32)))}
    | {"\\": "\\\\", "'": "\\'", '"': '\\"'}
)
_SAFE_IN_URL: Final = "-_.~"


@BUILTIN.add("not", "{{not true}}", "false")
def negation(value: object) -> bool:
    """Whether there is nothing: not zero, not empty."""
    return not truth(value)


@BUILTIN.add("len", '{{len "abc"}}', "3", light=True)
def length(value: object) -> int:
    """How long a text (in bytes), a list or a map is."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace"))
    if isinstance(value, Mapping) or is_list(value):
        return len(value)
    raise FunctionError(f"{type_name(value)} has no length")


@BUILTIN.add("index", '{{index (list "a" "b") 1}}', "b", light=True)
def index(value: object, *keys: object) -> object:
    """The element of a list or map at a position or key; further keys go deeper."""
    for key in keys:
        value = _element(value, key)
    return value


def _element(value: object, key: object) -> object:
    if isinstance(value, Mapping):
        if not isinstance(key, str):
            raise FunctionError(f"a map's key is text, not {type_name(key)}")
        return value.get(key, "" if isinstance(value, Texts) else None)
    if isinstance(value, str):
        return value.encode("utf-8", "replace")[_position(key, length(value) - 1)]
    if is_list(value):
        return value[_position(key, len(value) - 1)]
    raise FunctionError(f"{type_name(value)} has no elements")


def _position(key: object, last: int) -> int:
    if isinstance(key, bool) or not isinstance(key, int):
        raise FunctionError(f"a position is a whole number, not {type_name(key)}")
    if not 0 <= key <= last:
        raise FunctionError(f"position {key} is out of range")
    return key


@BUILTIN.add("slice", '{{slice "abcdef" 1 3}}', "bc")
def part(value: object, *bounds: object) -> object:
    """The part of a text or list from one position up to, but without, another."""
    if len(bounds) > (2 if isinstance(value, str) else 3):
        raise FunctionError(f"too many positions: {len(bounds)}")
    if isinstance(value, str):
        raw = value.encode("utf-8", "replace")
        start, end = _bounds(bounds, len(raw))
        return raw[start:end].decode("utf-8", "replace")
    if is_list(value):
        start, end = _bounds(bounds, len(value))
        return list(value[start:end])
    raise FunctionError(f"{type_name(value)} can't be cut")


def _bounds(bounds: tuple[object, ...], size: int) -> tuple[int, int]:
    start, end = [*(_position(each, size) for each in bounds[:2]), *(0, size)[len(bounds) :]][:2]
    if start > end:
        raise FunctionError(f"the part from {start} to {end} is out of range")
    return start, end


@BUILTIN.add("print", '{{print "a" 1 2 "b"}}', "a1 2b")
def print_(*values: object) -> str:
    """The values as text, with a space between two that are both no text."""
    return printing.printed(values)


@BUILTIN.add("println", '{{println "a" 1 -}}', "a 1\n")
def println(*values: object) -> str:
    """The values as text with spaces between, and a new line at the end."""
    return " ".join(map(printing.shown, values)) + "\n"


@BUILTIN.add("printf", '{{printf "%s is %.1f%% full" "sda" 91.27}}', "sda is 91.3% full")
def printf(text: str, *values: object) -> str:
    """The text with values in place of its verbs, as %s, %d, %.2f, %q, %v, %x."""
    return formatted(text, values)


@BUILTIN.add("html", '{{html "a < b"}}', "a &lt; b")
def html(*values: object) -> str:
    """The values as text that is harmless in HTML."""
    return Markup(_joined(values).translate(_HTML))


@BUILTIN.add("js", '{{js "it\'s"}}', "it\\'s")
def js(*values: object) -> str:
    """The values as text that is harmless inside quotes in JavaScript."""
    return _joined(values).translate(_SCRIPT)


@BUILTIN.add("urlquery", '{{urlquery "a b&c"}}', "a+b%26c")
def urlquery(*values: object) -> str:
    """The values as text that is harmless in the query of a URL."""
    return quote(_joined(values), safe=_SAFE_IN_URL + " ").replace(" ", "+")


def _joined(values: tuple[object, ...]) -> str:
    if len(values) == 1:
        return printing.written(values[0])
    return printing.printed(tuple(printing.NO_VALUE if each is None else each for each in values))


@BUILTIN.add("eq", '{{eq "b" "a" "b"}}', "true")
def eq(value: object, *others: object) -> bool:
    """Whether the first value equals one of the others."""
    if not others:
        raise FunctionError("needs something to compare with")
    return any(_equal(value, each) for each in others)


@BUILTIN.add("ne", "{{ne 1 2}}", "true")
def ne(value: object, other: object) -> bool:
    """Whether two values differ."""
    return not _equal(value, other)


@BUILTIN.add("lt", "{{lt 1 2}}", "true")
def lt(value: object, other: object) -> bool:
    """Whether the first is less."""
    return _compared(value, other) < 0


@BUILTIN.add("le", "{{le 2 2}}", "true")
def le(value: object, other: object) -> bool:
    """Whether the first is less or equal."""
    return _compared(value, other) <= 0


@BUILTIN.add("gt", "{{gt 3 2}}", "true")
def gt(value: object, other: object) -> bool:
    """Whether the first is greater."""
    return _compared(value, other) > 0


@BUILTIN.add("ge", "{{ge 2 2}}", "true")
def ge(value: object, other: object) -> bool:
    """Whether the first is greater or equal."""
    return _compared(value, other) >= 0


def _family(value: object) -> str:
    """Which values can be compared with it: whole and broken numbers may be."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "text"
        case None:
            return "nothing"
    raise FunctionError(f"{type_name(value)} can't be compared")


def _equal(one: object, other: object) -> bool:
    families = _family(one), _family(other)
    if "nothing" in families:
        return one is other
    if families[0] != families[1]:
        raise FunctionError(f"can't compare {type_name(one)} with {type_name(other)}")
    return one == other


def _compared(one: object, other: object) -> int:
    if isinstance(one, str) and isinstance(other, str):
        return (one > other) - (one < other)
    if isinstance(one, bool) or isinstance(other, bool):
        raise FunctionError("true and false have no order")
    if isinstance(one, int | float) and isinstance(other, int | float):
        return (one > other) - (one < other)
    raise FunctionError(f"can't compare {type_name(one)} with {type_name(other)}")
