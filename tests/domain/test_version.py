import pytest

from tocsin.domain.version import Release, is_newer, newest


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.2.3", "1.2.10"),
        ("v1.9", "v1.10"),
        ("1.0.0-rc.1", "1.0.0"),
        ("1.0.0-rc.2", "1.0.0-rc.10"),
        ("1.0.0-1", "1.0.0-alpha"),
        ("shop@1.2.3", "shop@1.3.0"),
        ("shop@1.2.3+9", "shop@1.2.3+10"),
        ("2024.9.30", "2024.10.1"),
    ],
)
def test_numbers_decide_whatever_came_first(older: str, newer: str) -> None:
    late, early = Release(older, 200), Release(newer, 100)
    assert is_newer(early, late)
    assert not is_newer(late, early)


@pytest.mark.parametrize(
    ("first", "second"),
    [("9f8e7d6", "1a2b3c4"), ("a@2.0", "b@1.0"), ("2.0", "deadbee"), ("1.0+x", "1.0+a")],
)
def test_others_are_ordered_as_they_came(first: str, second: str) -> None:
    one, two = Release(first, 100), Release(second, 200)
    assert is_newer(two, one)
    assert not is_newer(one, two)


def test_a_version_is_not_newer_than_itself() -> None:
    assert not is_newer(Release("1.0", 200), Release("1.0", 100))


def test_the_newest_of_many() -> None:
    assert newest([]) is None
    found = newest([Release("1.0", 3), Release("1.10", 1), Release("1.9", 2)])
    assert found == Release("1.10", 1)
