"""Grouping by rule, over tables and over any labels."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tocsin.domain.channel import Group, GroupMethod, WindowType
from tocsin.domain.filter import Subject
from tocsin.domain.grouping import (
    ALERTS_MAX,
    Holder,
    Sorted,
    described,
    refusal,
    sort_out,
    storm_counts,
)
from tocsin.kernel.units import MINUTE

RULES = GroupMethod.PATTERN
API = {"labels.service": "api", "labels.host": "h1", "severity": "Critical", "title": "x"}
VALUES = st.dictionaries(
    st.sampled_from(("labels.a", "labels.b", "severity")), st.sampled_from(("", "x", "y", "x, b=y"))
)


def group(text: str) -> Group:
    return msgspec.json.decode(text, type=Group)


def names(found: Sorted) -> list[str]:
    return [str(bucket) for bucket in found.buckets]


@pytest.mark.parametrize(
    ("rules", "subject", "buckets"),
    [
        ('{"method":"p","equals":[["labels.service"]]}', API, ["labels.service=api"]),
        (
            '{"method":"p","equals":[["severity","labels.service"]]}',
            API,
            ["labels.service=api, severity=Critical"],
        ),
        # Lists are alternatives, in their order.
        (
            '{"method":"p","equals":[["labels.host"],["labels.service"]]}',
            API,
            ["labels.host=h1", "labels.service=api"],
        ),
        # Aliases are the key they stand for, and a key counts once.
        ('{"method":"p","equals":[["alert_severity","severity"]]}', API, ["severity=Critical"]),
        ('{"method":"p","equals":[["labels.zone"]]}', API, ["labels.zone="]),
        ('{"method":"p","equals":[["labels.zone"]],"all_equals_required":true}', API, []),
        (
            '{"method":"p","equals":[["labels.zone"],["labels.host"]],"all_equals_required":true}',
            API,
            ["labels.host=h1"],
        ),
        ('{"method":"p"}', API, []),
        ('{"method":"p","equals":[[]]}', API, []),
    ],
)
def test_an_alert_is_in_a_bucket_for_each_list(
    rules: str, subject: Subject, buckets: list[str]
) -> None:
    found = sort_out(group(rules), subject)
    assert names(found) == buckets
    assert bool(found.why) == (not buckets)


CASES = (
    '{"method":"p","equals":[["title"]],"cases":['
    '{"if":[{"key":"severity","oper":"IN","vals":["Critical"]}],"equals":["labels.service"]},'
    '{"if":[{"key":"labels.host","oper":"IN","vals":["h*"]}],'
    '"equals":[["labels.host"],["title","severity"]]},'
    '{"if":[{"key":"labels.host","oper":"IN","vals":["lone"]}],"equals":[]}]}'
)


@pytest.mark.parametrize(
    ("changes", "case", "buckets"),
    [
        ({}, 1, ["labels.service=api"]),
        ({"severity": "Info"}, 2, ["labels.host=h1", "severity=Info, title=x"]),
        ({"severity": "Info", "labels.host": "g1"}, 0, ["title=x"]),
        ({"severity": "Info", "labels.host": "lone"}, 3, []),
    ],
)
def test_the_first_case_that_holds_wins_and_else_the_channels_own_keys(
    changes: dict[str, str], case: int, buckets: list[str]
) -> None:
    found = sort_out(group(CASES), API | changes)
    assert (found.case, names(found)) == (case, buckets)


@given(VALUES, VALUES, st.booleans())
def test_alerts_share_a_bucket_exactly_when_their_values_are_equal(
    first: dict[str, str], second: dict[str, str], strict: bool
) -> None:
    keys = ("labels.a", "labels.b", "severity")
    rules = Group(RULES, equals=(keys,), all_equals_required=strict)
    values = [tuple(each.get(key, "") for key in keys) for each in (first, second)]
    mine, theirs = (
        {bucket.md5 for bucket in sort_out(rules, each).buckets} for each in (first, second)
    )
    equal = values[0] == values[1] and (not strict or all(values[0]))
    assert bool(mine & theirs) == equal


HOLDER = Holder("i1", created_at=10 * MINUTE, merged_at=10 * MINUTE)
WINDOW = Group(RULES, equals=(("title",),), time_window=30)
SLIDING = replace(WINDOW, window_type=WindowType.SLIDING)


@pytest.mark.parametrize(
    ("holder", "rules", "at", "why"),
    [
        (HOLDER, WINDOW, 39, ""),
        (HOLDER, WINDOW, 40, "its time window is over"),
        (HOLDER.joined(35 * MINUTE), WINDOW, 40, "its time window is over"),
        (HOLDER.joined(35 * MINUTE), SLIDING, 64, ""),
        (HOLDER.joined(35 * MINUTE), SLIDING, 65, "its time window is over"),
        (HOLDER, Group(RULES), 100_000, ""),
        (HOLDER.recovered(closes=True), Group(RULES), 11, "closed"),
        (HOLDER.recovered(closes=False), Group(RULES), 11, ""),
        (HOLDER.joined(1).recovered(closes=True), Group(RULES), 11, ""),
        (replace(HOLDER, merge_disabled=True), Group(RULES), 11, "exempt from merging"),
        (replace(HOLDER, alert_cnt=ALERTS_MAX), Group(RULES), 11, "full"),
        (replace(HOLDER, alert_cnt=ALERTS_MAX - 1), Group(RULES), 11, ""),
    ],
)
def test_an_incident_takes_alerts_while_it_is_open_in_its_window_and_not_full(
    holder: Holder, rules: Group, at: int, why: str
) -> None:
    assert refusal(holder, rules, at * MINUTE) == why


def test_a_trace_says_how_a_channel_groups() -> None:
    assert described(WINDOW) == {"method": "p", "window": "30 min tumbling"}
    assert described(SLIDING)["window"] == "30 min sliding"
    assert described(Group(RULES)) == {"method": "p", "window": "until closed"}


def test_storms_are_counted_once_each_least_first_and_only_with_grouping() -> None:
    both = Group(RULES, storm_threshold=50, storm_thresholds=(100, 50, 10))
    assert storm_counts(both) == (10, 50, 100)
    assert storm_counts(Group(RULES, storm_threshold=0)) == ()
    assert storm_counts(replace(both, method=GroupMethod.NONE)) == ()
