"""Values as text or as numbers, as forgiving as templates expect."""

import math
from typing import Final

from tocsin.domain.go_template import literals, printing
from tocsin.domain.go_template.functions import Library
from tocsin.domain.go_template.values import is_list, kind, type_name

CONVERSION: Final = Library()
_DIGITS_MAX: Final = 30


def whole(value: object) -> int:
    """A whole number of 64 bits; 0 for what is none."""
    if isinstance(value, str):
        text = value.strip()
        try:
            value = int(text) if len(text) <= _DIGITS_MAX else 0
        except ValueError:
            value = 0
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) else 0
    return wrapped(value) if isinstance(value, int) else 0


def wrapped(value: int) -> int:
    """A whole number in 64 bits, of which what is too much falls off."""
    span = literals.WHOLE_MAX - literals.WHOLE_MIN + 1
    return (value - literals.WHOLE_MIN) % span + literals.WHOLE_MIN


def real(value: object) -> float:
    """A number; 0 for what is none."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return 0.0
    return float(value) if isinstance(value, int | float) else 0.0


def texts(value: object) -> list[str]:
    """Each element as text, without those that are nothing; one value is a list of one."""
    if value is None:
        return []
    if not is_list(value):
        return [printing.shown(value)]
    return [printing.shown(each) for each in value if each is not None]


@CONVERSION.add("toString", "{{toString 1.5 | quote}}", '"1.5"')
def to_string(value: object) -> str:
    """The value as text."""
    return printing.shown(value)


@CONVERSION.add("toStrings", '{{toStrings (list 1 2) | join "-"}}', "1-2")
def to_strings(value: object) -> list[str]:
    """The elements of a list as texts."""
    return texts(value)


@CONVERSION.add("atoi", '{{atoi "42"}}', "42")
def atoi(value: str) -> int:
    """The number a text says, 0 if it says none."""
    return whole(value)


@CONVERSION.add("int int64", '{{int "42"}}', "42")
def to_whole(value: object) -> int:
    """The value as a whole number, 0 if it is none."""
    return whole(value)


@CONVERSION.add("float64", '{{float64 "1.5"}}', "1.5")
def to_real(value: object) -> float:
    """The value as a number, 0 if it is none."""
    return real(value)


@CONVERSION.add("toDecimal", '{{toDecimal "755"}}', "493")
def to_decimal(value: object) -> int:
    """The number that octal digits stand for, 0 if they stand for none."""
    text = printing.shown(value)
    try:
        return wrapped(int(text, 8)) if len(text) <= _DIGITS_MAX else 0
    except ValueError:
        return 0


@CONVERSION.add("kindOf", "{{kindOf (list)}}", "slice", light=True)
def kind_of(value: object) -> str:
    """What kind of value it is: string, int, float64, bool, slice, map, struct, invalid."""
    return kind(value)


@CONVERSION.add("kindIs", '{{kindIs "string" "a"}}', "true", light=True)
def kind_is(wanted: str, value: object) -> bool:
    """Whether the value is of that kind."""
    return kind(value) == wanted


@CONVERSION.add("typeOf", '{{typeOf "a"}}', "string", light=True)
def type_of(value: object) -> str:
    """What Go would call the value's type."""
    return type_name(value)


@CONVERSION.add("typeIs typeIsLike", '{{typeIs "int" 1}}', "true", light=True)
def type_is(wanted: str, value: object) -> bool:
    """Whether the value is of that type."""
    return type_name(value) == wanted
