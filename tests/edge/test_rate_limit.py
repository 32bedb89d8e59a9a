"""Fixed windows of a second and a minute, in one process and in several."""

from hypothesis import given
from hypothesis import strategies as st

from tests.clock import START
from tocsin.edge.rate_limit import RateLimiter
from tocsin.kernel.operation import Rate
from tocsin.kernel.units import MINUTE, SECOND

RATE = Rate(per_minute=1000, per_second=50)


def admitted(limiter: RateLimiter, calls: int, at: int) -> int:
    return sum(limiter.check("a", RATE, at).admitted for _ in range(calls))


def test_a_second_admits_its_limit_and_the_next_one_starts_anew() -> None:
    limiter = RateLimiter()
    assert admitted(limiter, 60, START) == 50
    assert admitted(limiter, 60, START + SECOND - 1) == 0
    assert admitted(limiter, 60, START + SECOND) == 50


def test_a_minute_admits_its_limit_whatever_its_seconds_allow() -> None:
    limiter = RateLimiter()
    assert sum(admitted(limiter, 50, START + n * SECOND) for n in range(60)) == 1000
    late = limiter.check("a", RATE, START + 59 * SECOND)
    assert (late.period, late.limit, late.retry_after) == ("minute", 1000, 1)
    assert admitted(limiter, 1, START + MINUTE) == 1


def test_a_refused_call_is_not_counted() -> None:
    limiter = RateLimiter()
    admitted(limiter, 60, START)
    assert limiter.check("a", RATE, START).remaining == 0
    assert sum(admitted(limiter, 60, START + n * SECOND) for n in range(1, 20)) == 950


def test_keys_do_not_share() -> None:
    limiter = RateLimiter()
    admitted(limiter, 50, START)
    assert limiter.check("b", RATE, START).admitted


class Pool:
    """The common pool as the database keeps it."""

    def __init__(self) -> None:
        self.left: dict[tuple[str, int, int], int] = {}
        self.leases = 0

    def lease(self, key: str, period: int, start: int, pool: int, wanted: int) -> int:
        self.leases += 1
        left = self.left.setdefault((key, period, start), pool)
        granted = min(left, wanted)
        self.left[key, period, start] = left - granted
        return granted


@given(st.lists(st.integers(0, 2), max_size=200))
def test_processes_together_never_admit_more_than_the_limit(order: list[int]) -> None:
    pool = Pool()
    processes = [RateLimiter(lambda: 3, pool.lease) for _ in range(3)]
    passed = sum(processes[index].check("a", RATE, START).admitted for index in order)
    assert passed <= 50


def test_a_quiet_caller_costs_no_lease() -> None:
    pool = Pool()
    limiter = RateLimiter(lambda: 2, pool.lease)
    assert all(admitted(limiter, 10, START + n * SECOND) == 10 for n in range(20))
    assert pool.leases == 0


def test_a_busy_caller_of_one_process_gets_its_share_and_the_whole_pool() -> None:
    pool = Pool()
    limiter = RateLimiter(lambda: 2, pool.lease)
    assert admitted(limiter, 60, START) == 12 + 26
    assert pool.leases < 20
