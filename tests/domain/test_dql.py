from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.dql import All, Either, Match, Node, Not, Quantity, Range, parse
from tocsin.kernel.errors import InvalidParameter


def all_of(*nodes: Node) -> All:
    return All(nodes)


def test_terms_stand_side_by_side() -> None:
    assert parse("boom service:shop") == all_of(Match("", ("boom",)), Match("service", ("shop",)))


def test_or_gives_alternatives_within_parentheses_and_without() -> None:
    either = Either((all_of(Match("", ("a",))), all_of(Match("", ("b",)))))
    assert parse("a OR b") == either
    assert parse("(a OR b) c") == all_of(either, Match("", ("c",)))


def test_a_group_behind_a_field_holds_its_values() -> None:
    wanted = Either((all_of(Match("env", ("a",))), all_of(Match("env", ("b c",)))))
    assert parse('env:(a OR "b c")') == all_of(wanted)


def test_minus_negates_terms_and_groups_but_not_within_words() -> None:
    assert parse("-a") == all_of(Not(Match("", ("a",))))
    assert parse("-env:dev") == all_of(Not(Match("env", ("dev",))))
    assert parse("-(a)") == all_of(Not(all_of(Match("", ("a",)))))
    assert parse("a-b") == all_of(Match("", ("a-b",)))


def test_wildcards_split_and_quotes_and_escapes_are_literal() -> None:
    assert parse("type:Key*") == all_of(Match("type", ("Key", "")))
    assert parse(r"type:a\*b") == all_of(Match("type", ("a*b",)))
    assert parse('"a: (b) *" x') == all_of(Match("", ("a: (b) *",)), Match("", ("x",)))
    assert parse(r'"say \"hi\""') == all_of(Match("", ('say "hi"',)))


def test_numbers_compare_with_and_without_units() -> None:
    assert parse("error_count:>5") == all_of(
        Range("error_count", Quantity(5, False), None, is_strict=True)
    )
    assert parse("age:>=1.50min") == all_of(
        Range("age", Quantity(90_000, True), None, is_strict=False)
    )
    assert parse("age:<-2s").nodes == (Range("age", None, Quantity(-2000, True), is_strict=True),)
    assert parse("n:[2 TO 8]") == all_of(
        Range("n", Quantity(2, False), Quantity(8, False), is_strict=False)
    )


@pytest.mark.parametrize(
    "text",
    [
        "(a",
        "a)",
        '"a',
        "a:",
        "a:>b",
        "a:[1 TO]",
        "a:[1 TO 2",
        "OR a",
        "a OR",
        "-",
        ":x",
        "a:b:c",
        "(" * 40 + "a" + ")" * 40,
        "a " * 200,
        "a" * 5000,
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(text: str) -> None:
    with pytest.raises(InvalidParameter, match="dql"):
        parse(text)


@given(st.text(alphabet='ab:"*-><()[]\\ OR12.ms', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidParameter):
        parse(text)
