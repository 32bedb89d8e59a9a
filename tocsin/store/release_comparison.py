"""Releases side by side: their errors and issues, as counted by the hour."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select

from tocsin.domain.issue_rate import hour_of
from tocsin.store.database import Tx
from tocsin.store.tables.issue import issue
from tocsin.store.tables.issue_alert import issue_rate

LISTED_MAX = 50
Window = tuple[int, int]


class Summary(Struct, frozen=True):
    """A release in a window of time."""

    version: str
    error_count: int
    issue_count: int
    new_issue_count: int
    regressed_issue_count: int


class Fresh(Struct, frozen=True):
    """An issue and how often a release showed it."""

    issue_id: str
    error_type: str
    error_message: str
    count: int


def summaries(
    tx: Tx, account_id: int, application_id: str, window: Window, versions: Sequence[str]
) -> list[Summary]:
    """Each of these releases, in their order."""
    counted = select(
        issue_rate.c.version,
        func.sum(issue_rate.c.count),
        func.count(issue_rate.c.issue_id.distinct()),
    ).where(*_rates(account_id, application_id, window), issue_rate.c.version.in_(versions))
    shown = {
        version: (int(errors), int(issues))
        for version, errors, issues in tx.tuples(counted.group_by(issue_rate.c.version))
    }
    new = _issues_by(tx, account_id, application_id, "first_seen_version", versions)
    back = _issues_by(tx, account_id, application_id, "regressed_version", versions)
    return [
        Summary(each, *shown.get(each, (0, 0)), new.get(each, 0), back.get(each, 0))
        for each in dict.fromkeys(versions)
    ]


def only_in_last(
    tx: Tx, account_id: int, application_id: str, window: Window, versions: Sequence[str]
) -> list[Fresh]:
    """The issues that the last release shows and none of the others, the most frequent first."""
    *others, last = versions
    mine = _rates(account_id, application_id, window)
    before = select(issue_rate.c.issue_id).where(*mine, issue_rate.c.version.in_(others))
    times = func.sum(issue_rate.c.count)
    found = (
        select(issue.c.issue_id, issue.c.error_type, issue.c.error_message, times)
        .join(issue_rate, issue_rate.c.issue_id == issue.c.issue_id)
        .where(
            *mine,
            issue_rate.c.version == last,
            issue.c.merged_into == "",
            issue.c.issue_id.not_in(before),
        )
        .group_by(issue.c.issue_id, issue.c.error_type, issue.c.error_message)
        .order_by(times.desc(), issue.c.issue_id)
    )
    return [
        Fresh(issue_id, kind, message, int(count))
        for issue_id, kind, message, count in tx.tuples(found.limit(LISTED_MAX))
    ]


def _issues_by(
    tx: Tx, account_id: int, application_id: str, name: str, versions: Sequence[str]
) -> dict[str, int]:
    column = issue.c[name]
    counted = select(column, func.count()).where(
        issue.c.account_id == account_id,
        issue.c.application_id == application_id,
        issue.c.merged_into == "",
        column.in_(versions),
    )
    return {version: int(count) for version, count in tx.tuples(counted.group_by(column))}


def _rates(account_id: int, application_id: str, window: Window) -> tuple[ColumnElement[bool], ...]:
    start, end = window
    return (
        issue_rate.c.account_id == account_id,
        issue_rate.c.application_id == application_id,
        issue_rate.c.hour.between(hour_of(start), end),
    )
