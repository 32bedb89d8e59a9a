"""Rules that repeat, against an independent engine."""

import warnings
from datetime import date, datetime, time, timedelta
from random import Random  # noqa: TID251 - a test's chances come from its seed

from dateutil.rrule import rrulestr

from tocsin.domain.recurrence import Frequency, Nth, Rule, days

NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def drawn(chance: Random) -> Rule:
    """A rule that comes at least now and then: what never comes the other engine seeks for ever."""
    frequency = chance.choice(list(Frequency))
    large = frequency in (Frequency.MONTHLY, Frequency.YEARLY)
    interval = chance.choice((1, 1, 2, 3, 5))
    months = tuple(sorted(chance.sample(range(1, 13), 4))) if chance.random() < 0.3 else ()
    numbered = large and chance.random() < 0.5
    weekdays = tuple(
        Nth(each, chance.choice((1, 2, -1, -3)) if numbered else 0)
        for each in chance.sample(range(7), chance.randint(1, 3))
    )
    use_days = chance.random() < 0.6 and not (frequency is Frequency.DAILY and interval > 1)
    dates = (1, 13, -1, -10) if large and chance.random() < 0.4 and not numbered else ()
    has_set = bool(weekdays if use_days else dates) and large and chance.random() < 0.3
    return Rule(
        frequency,
        1 if months else interval,
        chance.choice((0, 0, 7, 40)),
        months,
        dates,
        weekdays if use_days else (),
        (1, -1) if has_set else (),
        chance.choice((0, 6)),
    )


def written(rule: Rule, last: date) -> str:
    parts = [
        f"FREQ={rule.frequency}",
        f"INTERVAL={rule.interval}",
        f"WKST={NAMES[rule.week_start]}",
    ]
    for name, values in (
        ("BYMONTH", rule.months),
        ("BYMONTHDAY", rule.month_days),
        ("BYSETPOS", rule.positions),
        ("BYDAY", [f"{one.n or ''}{NAMES[one.weekday]}" for one in rule.weekdays]),
    ):
        if values:
            parts.append(f"{name}={','.join(map(str, values))}")
    parts.append(f"COUNT={rule.count}" if rule.count else f"UNTIL={last:%Y%m%dT235959}")
    return ";".join(parts)


def test_the_days_are_those_that_another_engine_finds() -> None:
    chance = Random(11)
    for _ in range(600):
        rule = drawn(chance)
        start = date(1990, 1, 1) + timedelta(chance.randint(0, 14_000))
        first = start + timedelta(chance.randint(-50, 4_000))
        last = first + timedelta(300)
        text = written(rule, last)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = rrulestr(text, dtstart=datetime.combine(start, time()))
        wanted = [one.date() for one in expected if first <= one.date() <= last]
        assert list(days(rule, start, first, last)) == wanted, (text, start, first)


def test_what_never_comes_costs_no_more_than_its_span() -> None:
    never = Rule(Frequency.MONTHLY, month_days=(31,), positions=(5,))
    assert list(days(never, date(1970, 1, 1), date(2026, 1, 1), date(2026, 12, 31))) == []
    odd = Rule(Frequency.DAILY, months=(13,))
    assert list(days(odd, date(1970, 1, 1), date(2026, 1, 1), date(2026, 12, 31))) == []
