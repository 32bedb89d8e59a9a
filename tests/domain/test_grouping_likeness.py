"""Which open incident a new alert is most like."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.channel import Group, GroupMethod
from tocsin.domain.grouping_likeness import (
    KEYS,
    Likes,
    Match,
    compared,
    keys_of,
    threshold_of,
    told,
)

DISK = {"title": "Disk full on db7", "labels.service": "orders", "labels.resource": "db7"}
LATENCY = {"title": "Payment API is slow", "labels.service": "payments"}
WORDS = ["disk", "full", "cpu", "high", "on", "db7", "db8", "api", "slow", "payment", "42"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
ALERTS = st.dictionaries(st.sampled_from(KEYS), TEXTS)


def known(*alerts: dict[str, str]) -> Likes:
    likes = Likes(KEYS)
    for number, values in enumerate(alerts):
        likes.add(f"i{number}", values)
    return likes


def best(likes: Likes, values: dict[str, str], least: float = 0.8) -> str:
    match = likes.best(values, least)
    return match.incident_id if match else ""


def test_an_alert_joins_the_incident_it_is_most_like() -> None:
    likes = known(DISK, LATENCY)
    assert best(likes, DISK | {"title": "Disk full on db9", "labels.resource": "db9"}) == "i0"
    assert best(likes, LATENCY) == "i1"
    assert best(likes, {"title": "Certificate expires", "labels.service": "shop"}) == ""


def test_another_service_stays_apart_at_the_usual_threshold_and_joins_at_a_lower() -> None:
    other = DISK | {"labels.service": "search"}
    del other["labels.resource"]
    here = known({"title": DISK["title"], "labels.service": "orders"})
    assert threshold_of(Group(GroupMethod.INTELLIGENT)) == 0.8
    assert best(here, other) == ""
    assert best(here, other, 0.7) == "i0"


def test_the_oldest_of_equals_is_joined_and_one_that_is_gone_is_not() -> None:
    likes = known(DISK, DISK)
    assert best(likes, DISK) == "i0"
    likes.drop("i0")
    assert best(likes, DISK) == "i1"


def test_a_match_says_what_was_alike() -> None:
    match = known(DISK).best(DISK | {"labels.service": "orders eu"}, 0.8)
    assert match is not None
    assert told(match) == {
        "score": "0.93",
        "alike in title": "1.00",
        "alike in labels.service": "0.67",
        "alike in labels.resource": "1.00",
    }


def test_alerts_that_say_nothing_are_like_no_other() -> None:
    assert best(known({}), {}, 0.5) == ""


def test_a_channel_chooses_what_likeness_looks_at() -> None:
    group = Group(GroupMethod.INTELLIGENT, i_keys=("alert_severity", "labels.zone"))
    assert keys_of(group) == ("severity", "labels.zone")
    assert compared(group, {"severity": "Info", "title": "x"}) == {"severity": "Info"}
    assert keys_of(Group(GroupMethod.INTELLIGENT)) == KEYS


@given(st.lists(ALERTS, max_size=6), ALERTS, st.floats(0.5, 1))
def test_passing_over_the_unpromising_misses_nobody(
    alerts: list[dict[str, str]], values: dict[str, str], least: float
) -> None:
    one_by_one = [known(each).best(values, 0.5) for each in alerts]
    reached = [
        (-match.score, number)
        for number, match in enumerate(one_by_one)
        if match and match.score >= least
    ]
    expected = f"i{min(reached)[1]}" if reached else ""
    assert best(known(*alerts), values, least) == expected


def test_a_match_is_a_value() -> None:
    assert known(LATENCY).best(LATENCY, 1.0) == Match(
        "i0", 1.0, {"title": 1.0, "labels.service": 1.0}
    )
