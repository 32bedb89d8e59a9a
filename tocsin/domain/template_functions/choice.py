"""Functions that choose between values."""

from typing import Final

from tocsin.domain.go_template.functions import Library
from tocsin.domain.go_template.values import truth

CHOICE: Final = Library()


@CHOICE.add("default", '{{"" | default "unknown"}}', "unknown")
def default(otherwise: object, *values: object) -> object:
    """The value, or the first argument where that is empty."""
    return values[0] if values and truth(values[0]) else otherwise


@CHOICE.add("empty", '{{empty ""}}', "true", light=True)
def empty(value: object) -> bool:
    """Whether there is nothing: not zero, not empty."""
    return not truth(value)


@CHOICE.add("coalesce", '{{coalesce "" 0 "web-1"}}', "web-1")
def coalesce(*values: object) -> object:
    """The first value that is not empty."""
    return next(filter(truth, values), None)


@CHOICE.add("all", '{{all "a" 1}}', "true")
def all_(*values: object) -> bool:
    """Whether no value is empty."""
    return all(map(truth, values))


@CHOICE.add("any", '{{any "" 1}}', "true")
def any_(*values: object) -> bool:
    """Whether some value is not empty."""
    return any(map(truth, values))


@CHOICE.add("ternary", '{{ternary "up" "down" true}}', "up")
def ternary(yes: object, no: object, condition: bool) -> object:
    """The first value if the condition holds, else the second."""
    return yes if condition else no
