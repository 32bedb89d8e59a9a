"""Silences in the words of Alertmanager: label matchers there, our filters here.

Whatever matchers say can be said as a filter. Not every filter can be said by matchers: they know
labels only, must all hold, and know neither networks nor numbers.
"""

from itertools import product
from typing import Final

import re2

from tocsin.domain.filter import (
    CONDITIONS_MAX,
    LABEL,
    VALUE_LENGTH_MAX,
    Condition,
    Filter,
    Group,
    Operator,
    exactly,
    is_pattern,
)
from tocsin.domain.label_matcher import LabelMatcher
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.silence import SilenceRule
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.text import cut

PRESENT: Final = "?*"
"""A value that is there and not empty: to a matcher, an empty label is none."""
ALTERNATIVES_MAX: Final = 5
_ANYTHING: Final = "(?s:.*)"


class Inexpressible(Exception):
    """Why a rule of ours is no silence that Alertmanager could have."""


def filters_of(matchers: tuple[LabelMatcher, ...]) -> Filter:
    """The filter that holds exactly where all matchers do; InvalidParameter for more than a
    filter can hold."""
    ways = [_ways(matcher) for matcher in matchers]
    if sum(len(each) > 1 for each in ways) > ALTERNATIVES_MAX:
        raise InvalidParameter(
            "silence invalid: at most {maximum} matchers may match the empty string by a pattern",
            maximum=ALTERNATIVES_MAX,
        )
    filters = tuple(tuple(sum(groups, ())) for groups in product(*ways))
    if sum(map(len, filters)) > CONDITIONS_MAX:
        raise InvalidParameter(
            "silence invalid: its matchers make more than {maximum} conditions",
            maximum=CONDITIONS_MAX,
        )
    return filters


def matchers_of(rule: SilenceRule) -> tuple[LabelMatcher, ...]:
    """A silence as matchers: those it was made from while they still say what it does; raises
    Inexpressible where no matchers do."""
    if rule.status is not RuleStatus.ENABLED:
        raise Inexpressible("it is disabled")
    if rule.windows:
        raise Inexpressible("it repeats in windows")
    if rule.matchers and filters_of(rule.matchers) == rule.filters:
        return rule.matchers
    if len(rule.filters) != 1:
        raise Inexpressible("it has alternatives, and matchers must all hold")
    found = [matcher for condition in rule.filters[0] for matcher in _matchers(condition)]
    if all(matcher.accepts("") for matcher in found):
        raise Inexpressible("it also matches alerts without any label it names")
    return tuple(dict.fromkeys(found))


def _ways(matcher: LabelMatcher) -> list[Group]:
    """Groups of conditions, of which one must hold for the matcher to hold."""
    present, absent = (_has(matcher, Operator.IN), _has(matcher, Operator.NOT_IN))
    if not matcher.is_regex and not matcher.value:
        return [(absent,)] if matcher.is_equal else [(present,)]
    value = _value(matcher)
    wanted = _condition(matcher, Operator.IN if matcher.is_equal else Operator.NOT_IN, value)
    fits_absent = matcher.accepts("")
    if matcher.is_equal:
        return [(absent,), (wanted,)] if fits_absent else [(wanted,)]
    return [(wanted,)] if fits_absent else [(present, wanted)]


def _has(matcher: LabelMatcher, operator: Operator) -> Condition:
    return _condition(matcher, operator, PRESENT)


def _condition(matcher: LabelMatcher, operator: Operator, value: str) -> Condition:
    return Condition(LABEL + matcher.name, operator, (value,))


def _value(matcher: LabelMatcher) -> str:
    value = f"/^(?:{matcher.value})$/" if matcher.is_regex else exactly(matcher.value)
    if len(value) > VALUE_LENGTH_MAX:
        raise InvalidParameter(
            "silence invalid: the value of {name} is longer than {maximum} characters",
            name=matcher.name,
            maximum=VALUE_LENGTH_MAX,
        )
    return value


def _matchers(condition: Condition) -> list[LabelMatcher]:
    if not condition.key.startswith(LABEL):
        raise Inexpressible(f"{condition.key} is no label")
    name = condition.key.removeprefix(LABEL)
    if not re2.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name):
        raise Inexpressible(f"{cut(name, 64)} is no label name there")
    if not condition.vals:
        raise Inexpressible(f"{condition.key} names no value")
    if condition.oper is Operator.NOT_IN:
        return [_without(name, value) for value in condition.vals]
    if len(condition.vals) == 1 and _is_plain(condition.vals[0]):
        return [LabelMatcher(name, condition.vals[0])]
    if set(condition.vals) & {"*", PRESENT}:
        return [LabelMatcher(name, "", is_equal=False)]
    one = LabelMatcher(name, "|".join(map(_pattern, condition.vals)), is_regex=True)
    if not one.accepts(""):
        return [one]
    return [one, LabelMatcher(name, "", is_equal=False)]


def _without(name: str, value: str) -> LabelMatcher:
    if _is_plain(value):
        return LabelMatcher(name, value, is_equal=False)
    if value in ("*", PRESENT):
        return LabelMatcher(name, "")
    one = LabelMatcher(name, _pattern(value), is_regex=True, is_equal=False)
    if not one.accepts(""):
        raise Inexpressible(f"{LABEL}{name} may be absent, but not have just any value")
    return one


def _is_plain(value: str) -> bool:
    """Whether a value is meant literally; the empty one is not, as an empty label is none."""
    return bool(value) and not is_pattern(value) and not value.startswith(("cidr:", "num:"))


def _pattern(value: str) -> str:
    """The pattern for the whole of a label's value."""
    if value.startswith(("cidr:", "num:")):
        raise Inexpressible(f"{cut(value, 64)} is a network or a number")
    if not value:
        raise Inexpressible("an empty label is the same as none there")
    if len(value) > 1 and value.startswith("/") and value.endswith("/"):
        return f"{_ANYTHING}(?:{value[1:-1]}){_ANYTHING}"
    signs = {"*": _ANYTHING, "?": "(?s:.)"}
    return "".join(signs.get(each) or str(re2.escape(each)) for each in value)
