"""On which days something that repeats comes (RFC 5545, rules of days, weeks, months and years).

Looked for period by period within a span, so that a rule that comes seldom or never costs no more
than one that comes daily.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final

from msgspec import Struct

_WEEK: Final = 7
_MONTHS: Final = 12
_YEAR_DAYS: Final = 366


class Frequency(StrEnum):
    """What a rule counts in."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class Nth(Struct, frozen=True):
    """A day of the week, 0 for Monday: each of them, or the nth of its month or year, from the
    end where it is negative."""

    weekday: int
    n: int = 0


class Rule(Struct, frozen=True):
    """How something repeats; `count` 0 is without end."""

    frequency: Frequency
    interval: int = 1
    count: int = 0
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[Nth, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0


def days(rule: Rule, start: date, first: date, last: date) -> Iterator[date]:
    """The days of a span on which a rule that holds since `start` comes, in order."""
    since = start if rule.count else max(start, first)
    found = (
        day
        for period in _periods(rule, start, since, last)
        for day in _of_period(rule, start, period)
        if since <= day <= last
    )
    counted = islice(found, rule.count) if rule.count else found
    return (day for day in counted if day >= first)


def cost(rule: Rule, start: date, first: date, last: date) -> int:
    """About how many days are looked at for `days`."""
    since = start if rule.count else max(start, first)
    size = {Frequency.DAILY: 1, Frequency.WEEKLY: 7, Frequency.MONTHLY: 31}.get(
        rule.frequency, _YEAR_DAYS
    )
    return max(0, (last - since).days + size) // max(1, min(rule.interval, 10**6))


def _periods(rule: Rule, start: date, since: date, last: date) -> Iterator[date]:
    """The first day of each period that may lie in a span."""
    match rule.frequency:
        case Frequency.DAILY:
            yield from _stepped(start, rule.interval, since, last)
        case Frequency.WEEKLY:
            begins = (start.weekday() - rule.week_start) % _WEEK
            origin = date.fromordinal(max(1, start.toordinal() - begins))
            yield from _stepped(origin, rule.interval * _WEEK, since - timedelta(_WEEK), last)
        case Frequency.MONTHLY:
            yield from _by_months(start, rule.interval, since, last)
        case Frequency.YEARLY:
            first = start.replace(month=1, day=1)
            yield from _by_months(first, rule.interval * _MONTHS, since.replace(month=1), last)


def _stepped(origin: date, step: int, since: date, last: date) -> Iterator[date]:
    skipped = max(0, -(-(since - origin).days // step))
    number = origin.toordinal() + skipped * step
    while number <= last.toordinal():
        yield date.fromordinal(number)
        number += step


def _by_months(origin: date, step: int, since: date, last: date) -> Iterator[date]:
    at = origin.year * _MONTHS + origin.month - 1
    behind = since.year * _MONTHS + since.month - 1 - at
    at += max(0, -(-behind // step)) * step
    while at <= last.year * _MONTHS + last.month - 1:
        yield date(at // _MONTHS, at % _MONTHS + 1, 1)
        at += step


def _of_period(rule: Rule, start: date, period: date) -> list[date]:
    """The days of a period on which a rule comes, in order."""
    match rule.frequency:
        case Frequency.DAILY:
            found = [period] if _fits(rule, period) else []
        case Frequency.WEEKLY:
            found = _of_week(rule, start, period)
        case Frequency.MONTHLY:
            found = _of_month(rule, start, period)
        case Frequency.YEARLY:
            found = _of_year(rule, start, period)
    if rule.positions:
        places = {at - 1 if at > 0 else len(found) + at for at in rule.positions}
        return [day for place, day in enumerate(found) if place in places]
    return found


def _fits(rule: Rule, day: date) -> bool:
    weekdays = {one.weekday for one in rule.weekdays}
    return (not rule.months or day.month in rule.months) and (
        not weekdays or day.weekday() in weekdays
    )


def _of_week(rule: Rule, start: date, week: date) -> list[date]:
    wanted = {one.weekday for one in rule.weekdays} or {start.weekday()}
    all_days = (week + timedelta(n) for n in range(_WEEK))
    return [
        day
        for day in all_days
        if day.weekday() in wanted and (not rule.months or day.month in rule.months)
    ]


def _of_month(rule: Rule, start: date, month: date) -> list[date]:
    if rule.months and month.month not in rule.months:
        return []
    length = monthrange(month.year, month.month)[1]
    if not rule.month_days and not rule.weekdays:
        return [month.replace(day=start.day)] if start.day <= length else []
    span = [month.replace(day=n) for n in range(1, length + 1)]
    return _chosen(rule, span)


def _of_year(rule: Rule, start: date, year: date) -> list[date]:
    if not rule.month_days and not rule.weekdays:
        months = rule.months or (start.month,)
        return [
            date(year.year, month, start.day)
            for month in sorted(set(months))
            if 1 <= month <= _MONTHS and start.day <= monthrange(year.year, month)[1]
        ]
    if rule.months:
        spans = [year.replace(month=n) for n in sorted(set(rule.months)) if 1 <= n <= _MONTHS]
        return [day for one in spans for day in _of_month(rule, start, one)]
    length = (date(year.year, 12, 31) - year).days + 1
    span = [year + timedelta(n) for n in range(length)]
    return _chosen(rule, span)


def _chosen(rule: Rule, span: list[date]) -> list[date]:
    """Those days of a month or a year that its days of the month and of the week both name."""
    found = span
    if rule.month_days:
        found = [day for day in found if _is_dated(rule, day)]
    if rule.weekdays:
        named = {day for one in rule.weekdays for day in _nth(one, span)}
        found = [day for day in found if day in named]
    return found


def _is_dated(rule: Rule, day: date) -> bool:
    from_end = day.day - monthrange(day.year, day.month)[1] - 1
    return day.day in rule.month_days or from_end in rule.month_days


def _nth(wanted: Nth, span: list[date]) -> list[date]:
    same = [day for day in span if day.weekday() == wanted.weekday]
    if not wanted.n:
        return same
    place = wanted.n - 1 if wanted.n > 0 else len(same) + wanted.n
    return [same[place]] if 0 <= place < len(same) else []
