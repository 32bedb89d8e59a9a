"""The filter language: which alerts a rule is about.

A filter is a list of groups, of which one must hold; a group is a list of conditions, which must
all hold. A condition names a key and values. How a value is meant shows in the value:

- `/…/` a pattern that is found anywhere, run in linear time;
- with `*` or `?` a wildcard for the whole value; `*` alone means that the key is present;
- `cidr:10.0.0.0/8` an address in that network;
- `num:gt:5` a number greater (`ge`, `lt`, `le`: or equal, less, or equal) than that one;
- anything else the very same text.

`IN` holds when a value matches, `NOTIN` when none does; so an absent key meets every `NOTIN`. A
key of no meaning to the rule is accepted and never matches, either way.
"""

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Final, Protocol, TypeAlias

import re2
from msgspec import Meta, Struct

from tocsin.kernel.errors import InvalidParameter

CONDITIONS_MAX: Final = 100
VALUES_MAX: Final = 1000
VALUE_LENGTH_MAX: Final = 2048
KEY_LENGTH_MAX: Final = 255
PATTERN_MEMORY_MAX: Final = 1 << 20
REMEMBERED_MAX: Final = 4096

LABEL: Final = "labels."
CORE_KEYS: Final = frozenset(("severity", "status", "title", "description", "integration_id"))
EVENT_KEYS: Final = CORE_KEYS | {"alert_key", "title_rule"}
"""What rules that look at single events know beside labels."""

_ALIASES: Final = {
    "event_severity": "severity",
    "alert_severity": "severity",
    "incident_severity": "severity",
    "event_status": "status",
    "alert_status": "status",
    "incident_status": "status",
    "data_source_id": "integration_id",
}
_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "gt": lambda found, bound: found > bound,
    "ge": lambda found, bound: found >= bound,
    "lt": lambda found, bound: found < bound,
    "le": lambda found, bound: found <= bound,
}

Subject: TypeAlias = Mapping[str, str]
"""What a filter looks at: values by key, labels as `labels.<name>`."""

Test: TypeAlias = Callable[[str], bool]


class Match(Protocol):
    """Where a pattern was found."""

    def group(self, group: int | str = 0, /) -> str | None:
        """The text of the whole match (0) or of one group."""
        ...


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str, /) -> Match | None:
        """The first place it is found at."""
        ...


class Operator(StrEnum):
    """Whether one of the values must match, or none may."""

    IN = "IN"
    NOT_IN = "NOTIN"


class Condition(Struct, frozen=True):
    """One condition: a key, and the values one or none of which must match."""

    key: Annotated[str, Meta(description="A built-in key or `labels.<name>`.")]
    oper: Operator
    vals: Annotated[
        tuple[str, ...],
        Meta(description="Text, a wildcard, `/pattern/`, `cidr:…` or `num:gt:…`."),
    ] = ()


Group: TypeAlias = tuple[Condition, ...]
"""Conditions that must all hold: the flat form of a filter."""

Filter: TypeAlias = tuple[Group, ...]
"""Groups of which one must hold."""


def canonical(key: str) -> str:
    """A key by its own name, where an alias was written."""
    return _ALIASES.get(key, key)


def matching(filters: Filter, subject: Subject, keys: frozenset[str] = EVENT_KEYS) -> int:
    """Which group holds first, by position; -1 for none. No filter at all matches nothing."""
    for position, group in enumerate(filters):
        if holds(group, subject, keys):
            return position
    return -1


def holds(group: Group, subject: Subject, keys: frozenset[str] = EVENT_KEYS) -> bool:
    """Whether every condition is met; a group without conditions holds for everything."""
    return all(_met(condition, subject, keys) for condition in group)


def prepared(group: Group, keys: frozenset[str] = EVENT_KEYS) -> Callable[[Subject], bool]:
    """What `holds` says of a group, for one that is asked again and again."""
    conditions = []
    for one in group:
        key = canonical(one.key)
        if not key.startswith(LABEL) and key not in keys:
            return lambda _: False
        conditions.append(
            (key, one.oper is Operator.IN, _any_of([_test(each) for each in one.vals]))
        )

    def holds(subject: Subject) -> bool:
        for key, is_wanted, fits in conditions:
            value = subject.get(key)
            if value is None:
                if is_wanted:
                    return False
            elif fits(value) is not is_wanted:
                return False
        return True

    return holds


def _any_of(tests: Sequence[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)


def exactly(text: str) -> str:
    """A value that matches this text and no other, whatever signs are in it."""
    special = text.startswith(("/", "cidr:", "num:")) or "*" in text or "?" in text
    return f"/(?s)^(?:{re2.escape(text)})$/" if special else text


def check(filters: Iterable[Sequence[Condition]], field: str) -> None:
    """Raise InvalidParameter, naming `field`, for a filter that cannot be meant."""
    groups = list(filters)
    if sum(map(len, groups)) > CONDITIONS_MAX:
        raise InvalidParameter(
            "{field} may have at most {maximum} conditions", field=field, maximum=CONDITIONS_MAX
        )
    for group in groups:
        for condition in group:
            _check_condition(condition, field)


def _met(condition: Condition, subject: Subject, keys: frozenset[str]) -> bool:
    key = canonical(condition.key)
    if not key.startswith(LABEL) and key not in keys:
        return False
    value = subject.get(key)
    if value is None:
        return condition.oper is Operator.NOT_IN
    found = any(_test(wanted)(value) for wanted in condition.vals)
    return found is (condition.oper is Operator.IN)


def is_pattern(wanted: str) -> bool:
    """Whether a value means more texts than itself: a `/pattern/` or a wildcard."""
    return is_expression(wanted) or "*" in wanted or "?" in wanted


def value_test(wanted: str) -> Test:
    """What a `/pattern/` or a wildcard is tried with; InvalidParameter if it cannot be meant."""
    try:
        return _pattern(wanted[1:-1]) if is_expression(wanted) else _wildcard(wanted)
    except ValueError as problem:
        raise InvalidParameter(
            "{field}: {value} cannot be understood: {problem}",
            field="labels",
            value=wanted,
            problem=str(problem),
        ) from None


def is_expression(wanted: str) -> bool:
    """Whether a value is a `/pattern/`."""
    return len(wanted) > 1 and wanted.startswith("/") and wanted.endswith("/")


@lru_cache(REMEMBERED_MAX)
def _test(wanted: str) -> Test:
    """What a value is tested with. One that could not have been saved matches nothing."""
    try:
        return _understood(wanted)
    except ValueError:
        return lambda _: False


def _understood(wanted: str) -> Test:
    """The meaning of a value; ValueError says what is wrong with it."""
    if is_expression(wanted):
        return _pattern(wanted[1:-1])
    if wanted.startswith("cidr:"):
        return _network(wanted.removeprefix("cidr:"))
    if wanted.startswith("num:"):
        return _number(wanted.removeprefix("num:"))
    if wanted == "*":
        return lambda _: True
    if "*" in wanted or "?" in wanted:
        return _wildcard(wanted)
    return wanted.__eq__


def _pattern(text: str) -> Test:
    compiled = compile_pattern(text)
    return lambda value: compiled.search(value) is not None


def compile_pattern(text: str) -> Pattern:
    """A user's pattern, ready to run in linear time; ValueError says what is wrong with it."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY_MAX
    try:
        compiled: Pattern = re2.compile(text, options)
    except re2.error as problem:
        why = problem.args[0] if problem.args else ""
        raise ValueError(why.decode() if isinstance(why, bytes) else str(why)) from None
    return compiled


def plain_wildcard(text: str) -> Test | None:
    """What a wildcard that has `*` at its ends alone is tested with, as most have; None for others."""
    inner = text.strip("*")
    if not inner or "*" in inner or "?" in inner or inner == text:
        return None
    if not text.endswith("*"):
        return lambda value: value.endswith(inner)
    if not text.startswith("*"):
        return lambda value: value.startswith(inner)
    return lambda value: inner in value


def _wildcard(text: str) -> Test:
    simple = plain_wildcard(text)
    if simple:
        return simple
    quoted = "".join({"*": ".*", "?": "."}.get(each) or re2.escape(each) for each in text)
    compiled = compile_pattern(f"(?s)^(?:{quoted})$")
    return lambda value: compiled.search(value) is not None


def _network(text: str) -> Test:
    network = ipaddress.ip_network(text, strict=False)

    def inside(value: str) -> bool:
        try:
            return ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return inside


def _number(text: str) -> Test:
    name, _, digits = text.partition(":")
    compare = _COMPARISONS.get(name)
    if compare is None:
        raise ValueError("after num: comes gt, ge, lt or le")
    bound = float(digits)

    def compared(value: str) -> bool:
        try:
            return compare(float(value), bound)
        except ValueError:
            return False

    return compared


def _check_condition(condition: Condition, field: str) -> None:
    if not 0 < len(condition.key) <= KEY_LENGTH_MAX:
        raise InvalidParameter("{field}: a condition needs a key", field=field)
    if len(condition.vals) > VALUES_MAX:
        raise InvalidParameter(
            "{field}: a condition may have at most {maximum} values",
            field=field,
            maximum=VALUES_MAX,
        )
    for value in condition.vals:
        if len(value) > VALUE_LENGTH_MAX:
            raise InvalidParameter(
                "{field}: a value may have at most {maximum} characters",
                field=field,
                maximum=VALUE_LENGTH_MAX,
            )
        try:
            _understood(value)
        except ValueError as problem:
            raise InvalidParameter(
                "{field}: {value} cannot be understood: {problem}",
                field=field,
                value=value,
                problem=str(problem),
            ) from None
