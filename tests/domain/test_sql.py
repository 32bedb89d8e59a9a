"""SQL is read into values; what is no part of the language is refused, and nothing runs away."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.domain.dql import All, Either, Match, Not, Quantity, Range
from tocsin.domain.sql import Column, Select, Sort, condition, parse
from tocsin.kernel.errors import InvalidParameter


def test_a_select_is_read_whole() -> None:
    text = """
        SELECT env, count(*) AS n, count(distinct usr.id) AS people FROM Errors
        WHERE version IN ('1.0', '1.1') AND NOT is_crash = true AND (error.type LIKE 'Key%'
        OR duration >= 1.5 OR message = 'it''s') GROUP BY env ORDER BY n DESC, env LIMIT 10 OFFSET 5;
    """
    assert parse(text) == Select(
        table="errors",
        columns=(
            Column("env", "env"),
            Column("*", "n", "count"),
            Column("usr.id", "people", "count", is_distinct=True),
        ),
        where=All(
            (
                Either((Match("version", ("1.0",)), Match("version", ("1.1",)))),
                Not(Match("is_crash", ("true",))),
                Either(
                    (
                        Match("error.type", ("Key", "")),
                        Range("duration", Quantity(1.5, has_unit=False), None, is_strict=False),
                        Match("message", ("it's",)),
                    )
                ),
            )
        ),
        group_by=("env",),
        order_by=(Sort("n", is_descending=True), Sort("env", is_descending=False)),
        limit=10,
        offset=5,
    )
    assert parse("select * from issues") == Select("issues")
    assert condition("env IS NOT NULL") == Not(Match("env", ("",)))
    assert condition("select * from issues where env = 'x'") == Match("env", ("x",))
    assert condition("n NOT BETWEEN 1 AND 2") == Not(
        Range("n", Quantity(1, has_unit=False), Quantity(2, has_unit=False), is_strict=False)
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", "select", "select 1", "select * from a, b", "select * from a; drop table a"),
        *("select * from (select 1)", "select * from a where", "select sleep(9) as x from a"),
        *("select count(*) from a", "select * from a union select * from b", "select a.* from a"),
        *("select * from a where x = y", "select * from a where x ~ 'y'", "x = 'open"),
        *("select * from a limit -1", "select * from a limit 1e9", "a = 1 --", "/* */ a = 1"),
        *("(" * 50 + "a = 1", "not " * 200 + "a = 1", "a = 1" + " or a = 1" * 200, "a" * 5000),
        f"a in ({','.join('1' * 1000)})",
    ],
)
def test_what_is_no_part_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter):
        parse(text)
    with pytest.raises(InvalidParameter):
        condition(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "select",
                "*",
                "from",
                "a",
                "where",
                "(",
                ")",
                "not",
                "=",
                "'x'",
                "1",
                "and",
                "or",
                "in",
                ",",
                "like",
                "%",
            ]
        )
    )
)
@settings(max_examples=300, deadline=None)
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    for read in (parse, condition):
        try:
            read(" ".join(words))
        except InvalidParameter:
            continue
