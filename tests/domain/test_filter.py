import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.filter import CORE_KEYS, Condition, Operator, check, holds, matching
from tocsin.kernel.errors import InvalidParameter

SUBJECT = {
    "severity": "Critical",
    "title": "CPU > 90% on web-1",
    "integration_id": "55",
    "alert_key": "k",
    "labels.host": "10.1.2.3",
    "labels.empty": "",
    "labels.load": "7.5",
    "labels.name": "żółw\nzwei",
}


def condition(key: str, *vals: str, oper: Operator = Operator.IN) -> Condition:
    return Condition(key, oper, vals)


@pytest.mark.parametrize(
    ("key", "wanted", "is_met"),
    [
        ("severity", "Critical", True),
        ("alert_severity", "Critical", True),
        ("incident_severity", "critical", False),
        ("data_source_id", "55", True),
        ("title", "CPU*web-?", True),
        ("title", "CPU", False),
        ("title", "*", True),
        ("title", "/web-\\d+$/", True),
        ("title", "/(?i)cpu/", True),
        ("title", "/mem/", False),
        ("title", "/", False),
        ("labels.host", "cidr:10.0.0.0/8", True),
        ("labels.host", "cidr:10.1.2.9/24", True),
        ("labels.host", "cidr:192.168.0.0/16", False),
        ("labels.load", "cidr:10.0.0.0/8", False),
        ("labels.load", "num:gt:7", True),
        ("labels.load", "num:gt:7.5", False),
        ("labels.load", "num:ge:7.5", True),
        ("labels.load", "num:lt:7.5", False),
        ("labels.load", "num:le:7.5", True),
        ("labels.host", "num:gt:1", False),
        ("labels.empty", "", True),
        ("labels.empty", "*", True),
        ("labels.name", "ż*zwei", True),
        ("labels.name", "????\n????", True),
        ("labels.absent", "*", False),
        ("colour", "red", False),
    ],
)
def test_a_value_shows_how_it_is_meant(key: str, wanted: str, is_met: bool) -> None:
    assert holds((condition(key, wanted),), SUBJECT) is is_met


def test_not_in_holds_where_no_value_matches_and_where_the_key_is_absent() -> None:
    def none_of(key: str, *vals: str) -> bool:
        return holds((condition(key, *vals, oper=Operator.NOT_IN),), SUBJECT)

    assert none_of("severity", "Warning", "Info")
    assert not none_of("severity", "Warning", "Crit*")
    assert none_of("labels.absent", "x")
    assert none_of("labels.absent", "*")
    assert not none_of("labels.host", "*")
    assert none_of("labels.host")
    assert not none_of("colour", "red"), "a key of no meaning never matches"


def test_keys_of_events_mean_nothing_to_a_rule_that_sees_none() -> None:
    group = (condition("alert_key", "k"),)
    assert holds(group, SUBJECT)
    assert not holds(group, SUBJECT, CORE_KEYS)


def test_one_group_must_hold_whole_and_the_first_that_does_is_named() -> None:
    filters = (
        (condition("severity", "Critical"), condition("labels.host", "elsewhere")),
        (condition("severity", "Critical"), condition("labels.load", "7.5")),
        (),
    )
    assert matching(filters, SUBJECT) == 1
    assert matching(filters[:1], SUBJECT) == -1
    assert matching(((),), {}) == 0
    assert matching((), SUBJECT) == -1


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("/(a/", "missing )"),
        ("cidr:nowhere", "nowhere"),
        ("num:over:5", "gt, ge, lt or le"),
        ("num:gt:much", "much"),
        ("x" * 2049, "2048"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_name(wanted: str, why: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        check([[condition("title", wanted)]], "filters")
    assert str(refused.value).startswith("filters: ")
    assert why in str(refused.value)
    assert not holds((condition("title", wanted),), SUBJECT)


def test_filters_are_bounded() -> None:
    for too_much in (
        [[condition("title", "x")] * 101],
        [[condition("title", *["x"] * 1001)]],
        [[condition("", "x")]],
        [[condition("k" * 256, "x")]],
    ):
        with pytest.raises(InvalidParameter):
            check(too_much, "filters")


def test_a_pattern_takes_time_in_proportion_to_the_text() -> None:
    evil = condition("title", "/^(a|a)*(a+)+$/")
    assert not holds((evil,), {"title": "a" * 20_000 + "!"})


@given(st.text(min_size=1).filter(lambda text: not set("*?/:") & set(text)), st.text())
def test_plain_text_matches_itself_alone(wanted: str, value: str) -> None:
    assert holds((condition("title", wanted),), {"title": value}) is (wanted == value)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_wildcard_of_question_marks_counts_characters(value: str) -> None:
    assert holds((condition("title", "?" * len(value)),), {"title": value})
    assert not holds((condition("title", "?" * (len(value) + 1)),), {"title": value})
