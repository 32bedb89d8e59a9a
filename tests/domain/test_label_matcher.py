"""Matchers as Alertmanager writes them."""

import pytest

from tocsin.domain import label_matcher
from tocsin.domain.label_matcher import LabelMatcher, parse
from tocsin.kernel.errors import InvalidParameter


@pytest.mark.parametrize(
    ("text", "matcher"),
    [
        ("a=b", LabelMatcher("a", "b")),
        (' a = "b" ', LabelMatcher("a", "b")),
        ('a!="b"', LabelMatcher("a", "b", is_equal=False)),
        ('a=~"b.*"', LabelMatcher("a", "b.*", is_regex=True)),
        ("a!~b|c", LabelMatcher("a", "b|c", is_regex=True, is_equal=False)),
        ('a=""', LabelMatcher("a", "")),
        ("a=", LabelMatcher("a", "")),
        (r'a="x\"y\\z\nw"', LabelMatcher("a", 'x"y\\z\nw')),
        (r"a=\d\\", LabelMatcher("a", "\\d\\")),
        ("a=b\\", LabelMatcher("a", "b\\")),
        ("a==b", LabelMatcher("a", "=b")),
    ],
)
def test_a_matcher_is_read_as_alertmanager_reads_it(text: str, matcher: LabelMatcher) -> None:
    assert parse(text) == matcher


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a~b", "bad matcher format: a~b"),
        ("", "bad matcher format: "),
        ("0a=b", "bad matcher format: 0a=b"),
        ('a="b', 'matcher value contains unescaped double quote: "b'),
        ('a=b"c', 'matcher value contains unescaped double quote: b"c'),
        ('a="b"c"', 'matcher value contains unescaped double quote: "b"c"'),
    ],
)
def test_what_is_no_matcher_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(InvalidParameter, match="^" + message.replace(".", r"\.")):
        parse(text)


def test_a_pattern_is_of_the_whole_value_and_valid_by_itself() -> None:
    assert parse("a=~b").accepts("b")
    assert not parse("a=~b").accepts("bb")
    assert parse("a!~b").accepts("bb")
    for broken in ("a=~(", "a=~b)|(c", "a=~(?=b)"):
        with pytest.raises(InvalidParameter, match="error parsing regexp"):
            parse(broken)


def test_what_a_matcher_says_is_read_back_the_same() -> None:
    for value in ("", "b", 'x"y', "a\\b", "two\nlines", "\\", '\\"'):
        for is_equal in (True, False):
            matcher = LabelMatcher("a", value, is_equal=is_equal)
            assert parse(str(matcher)) == matcher


def test_a_list_narrowed_by_an_empty_value_also_asks_for_the_label() -> None:
    for text, labels, shown in (
        ('a=""', {}, True),
        ('a=""', {"a": "b"}, False),
        ('a!=""', {"a": "b"}, True),
        ('a!=""', {}, False),
        ('a=~""', {}, True),
        ('a!~""', {"a": "b"}, True),
    ):
        assert label_matcher.chosen([parse(text)], labels) is shown, (text, labels)
