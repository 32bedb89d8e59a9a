"""Matchers and filters say the same, wherever both can say it."""

from random import Random  # noqa: TID251 - a test's chances come from its seed

import pytest

from tests.domain.rules import about, except_for, silence
from tocsin.domain import label_matcher
from tocsin.domain.filter import Condition, Filter, Operator, check, matching
from tocsin.domain.label_matcher import LabelMatcher
from tocsin.domain.label_silence import Inexpressible, filters_of, matchers_of
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.time_filter import TimeFilter
from tocsin.kernel.errors import InvalidParameter

ROUNDS = 1500
NAMES = ("a", "b", "c")
VALUES = ("", "x", "y", "xy", "*", "?", "/x/", "cidr:x", "num:gt:1", "a.b", "two\nlines", "(")
PATTERNS = ("x", "x.*", ".*", ".+", "x|", "x|y", "(?i)X", "", "[xy]+", "a.b", r"\(", "^x$", r"\*")
WRITTEN = ("x", "xy", "x*", "*", "?*", "?", "*y", "/x/", "/^x/", "/x$/", "/^(x|y)$/", "/X/", "a.b")


def matcher(chance: Random) -> LabelMatcher:
    is_regex = chance.random() < 0.5
    value = chance.choice(PATTERNS if is_regex else VALUES)
    return LabelMatcher(chance.choice(NAMES), value, is_regex, chance.random() < 0.6)


def labels(chance: Random) -> dict[str, str]:
    found = {name: chance.choice(VALUES) for name in NAMES if chance.random() < 0.7}
    return {name: value for name, value in found.items() if value}


def subject(found: dict[str, str]) -> dict[str, str]:
    return {f"labels.{name}": value for name, value in found.items()}


def all_accept(matchers: tuple[LabelMatcher, ...], found: dict[str, str]) -> bool:
    return all(one.accepts(found.get(one.name, "")) for one in matchers)


def test_the_filter_of_matchers_holds_exactly_where_they_do() -> None:
    chance = Random(7)
    for _ in range(ROUNDS):
        matchers = tuple(matcher(chance) for _ in range(chance.randint(1, 4)))
        filters = filters_of(matchers)
        check(filters, "filters")
        for _ in range(6):
            found = labels(chance)
            held = matching(filters, subject(found)) >= 0
            assert held is all_accept(matchers, found), (matchers, found)


def test_the_matchers_of_a_filter_hold_exactly_where_it_does() -> None:
    chance, said = Random(8), 0
    for _ in range(ROUNDS):
        group = tuple(
            Condition(
                f"labels.{chance.choice(NAMES)}",
                chance.choice(list(Operator)),
                tuple(chance.choice(WRITTEN) for _ in range(chance.randint(1, 3))),
            )
            for _ in range(chance.randint(1, 3))
        )
        try:
            matchers = matchers_of(silence(filters=(group,)))
        except Inexpressible:
            continue
        said += 1
        label_matcher.check(matchers)
        for _ in range(6):
            found = labels(chance)
            held = matching((group,), subject(found)) >= 0
            assert held is all_accept(matchers, found), (group, matchers, found)
    assert said > ROUNDS / 2


def test_matchers_come_back_as_they_were_sent_until_the_rule_says_something_else() -> None:
    sent = (LabelMatcher("a", "x|", is_regex=True), LabelMatcher("b", "*"))
    rule = silence(filters=filters_of(sent), matchers=sent)
    assert matchers_of(rule) == sent
    changed = silence(filters=about("labels.c", "z"), matchers=sent)
    assert matchers_of(changed) == (LabelMatcher("c", "z"),)


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        (about("severity", "Critical"), "severity is no label"),
        (about("labels.a-b", "x"), "a-b is no label name there"),
        (about("labels.a", "cidr:10.0.0.0/8", "x"), "is a network or a number"),
        (about("labels.a", "x") + about("labels.b", "x"), "alternatives"),
        (except_for("labels.a", "x"), "without any label"),
        (except_for("labels.a", "/^x*$/"), "may be absent"),
    ],
)
def test_what_matchers_cannot_say_is_explained(filters: Filter, reason: str) -> None:
    with pytest.raises(Inexpressible, match=reason):
        matchers_of(silence(filters=filters))


def test_a_rule_that_is_disabled_or_comes_back_is_no_silence_there() -> None:
    filters = about("labels.a", "x")
    with pytest.raises(Inexpressible, match="disabled"):
        matchers_of(silence(filters=filters, status=RuleStatus.DISABLED))
    with pytest.raises(Inexpressible, match="windows"):
        matchers_of(silence(filters=filters, windows=(TimeFilter(),)))


def test_matchers_that_would_multiply_are_refused() -> None:
    many = tuple(LabelMatcher(f"a{n}", ".*", is_regex=True) for n in range(6))
    with pytest.raises(InvalidParameter, match="at most 5"):
        filters_of(many)
    with pytest.raises(InvalidParameter, match="more than 100 conditions"):
        filters_of((*many[:5], *(LabelMatcher("b", str(n)) for n in range(50))))
    with pytest.raises(InvalidParameter, match="longer than"):
        filters_of((LabelMatcher("a", "x" * 3000),))
