from tocsin.domain.retry import RetryPolicy, next_try, wait_ms
from tocsin.kernel.units import HOUR, MINUTE, SECOND

POLICY = RetryPolicy(failures_max=4, age_max_ms=HOUR, first_wait_ms=SECOND, wait_max_ms=MINUTE)


def test_the_wait_doubles_up_to_its_bound() -> None:
    waits = [wait_ms(failures, SECOND, MINUTE) for failures in (1, 2, 3, 7, 1_000)]
    assert waits == [SECOND, 2 * SECOND, 4 * SECOND, MINUTE, MINUTE]


def test_a_next_try_lies_in_the_future() -> None:
    assert next_try(POLICY, failures=1, owed_at=0, now=500) == 1_500


def test_too_many_failures_end_the_trying() -> None:
    assert next_try(POLICY, failures=4, owed_at=0, now=500) is None


def test_too_great_an_age_ends_the_trying() -> None:
    assert next_try(POLICY, failures=1, owed_at=0, now=HOUR) is None
