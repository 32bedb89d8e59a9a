from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.similarity import is_rare, likeness, marks, sketch

LABELS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("xyz"))


def test_numbers_do_not_set_titles_apart() -> None:
    assert likeness(sketch("CPU 91% on db7", {}), sketch("cpu 97% on db12", {})).score == 1.0


def test_one_label_of_five_may_differ() -> None:
    first = dict.fromkeys("abcde", "x")
    alike = likeness(sketch("cpu high", first), sketch("cpu high", first | {"e": "y"}))
    assert alike.is_alike
    assert (alike.title, alike.labels) == (1.0, 0.8)


def test_another_title_is_not_alike_whatever_the_labels() -> None:
    first, second = sketch("cpu high", {"a": "x"}), sketch("disk full", {"a": "x"})
    assert not likeness(first, second).is_alike
    assert is_rare(first, [second])
    assert not is_rare(first, [second, first])


@given(st.text(max_size=30), LABELS, st.text(max_size=30), LABELS)
def test_likeness_is_a_share_and_does_not_mind_the_order(
    title: str, labels: dict[str, str], other: str, other_labels: dict[str, str]
) -> None:
    first, second = sketch(title, labels), sketch(other, other_labels)
    assert likeness(first, second) == likeness(second, first)
    assert 0 <= likeness(first, second).score <= 1
    assert likeness(first, first).score == 1.0


WORDS = st.lists(
    st.sampled_from(
        ["cpu", "disk", "is", "on", "db7", "42", "full", "high", "lag", "api", "a1b2c3", "of"]
    )
)
TITLES = WORDS.map(" ".join)


@given(TITLES, LABELS, TITLES, LABELS)
def test_alike_incidents_have_a_mark_in_common(
    title: str, labels: dict[str, str], other: str, other_labels: dict[str, str]
) -> None:
    if likeness(sketch(title, labels), sketch(other, other_labels)).is_alike:
        assert set(marks(title)) & set(marks(other))


def test_a_title_has_few_marks() -> None:
    assert len(marks("Payment gateway latency is above the threshold on host web-12")) <= 2


@given(st.sampled_from(["cpu high", "disk full"]), LABELS, LABELS)
def test_what_is_skipped_unread_would_not_be_alike(
    title: str, first: dict[str, str], second: dict[str, str]
) -> None:
    new, earlier = sketch(title, first), sketch("cpu high", second)
    assert is_rare(new, [earlier]) == (not likeness(new, earlier).is_alike)
