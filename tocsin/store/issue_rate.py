"""How often issues happened, by the hour."""

from collections.abc import Mapping

from msgspec import Struct
from sqlalchemy import delete, func, literal, select, tuple_

from tocsin.domain.issue_rate import Rate, hour_of
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.issue import issue
from tocsin.store.tables.issue_alert import issue_rate
from tocsin.store.upsert import add_up

RATES_MAX = 20_000
"""More hours, releases and environments than a week of one issue has, unless somebody plays."""
TRENDS_MAX = 20_000
Key = tuple[str, int, str, str]


def add(tx: Tx, account_id: int, application_id: str, counts: Mapping[Key, int]) -> None:
    """Count occurrences by (issue id, hour, environment, version)."""
    if not counts:
        return
    rows = [
        {
            "issue_id": issue_id,
            "hour": hour,
            "env": env,
            "version": version,
            "account_id": account_id,
            "application_id": application_id,
            "count": count,
        }
        for (issue_id, hour, env, version), count in sorted(counts.items())
    ]
    add_up(tx, issue_rate, rows)


def of_issue(tx: Tx, account_id: int, issue_id: str, since: int) -> list[Rate]:
    """The counts of an issue from an instant on."""
    wanted = select(*fields(issue_rate, Rate)).where(
        issue_rate.c.account_id == account_id,
        issue_rate.c.issue_id == issue_id,
        issue_rate.c.hour >= since,
    )
    return tx.rows(wanted.order_by(issue_rate.c.hour.desc()).limit(RATES_MAX), Rate)


class Trend(Struct, frozen=True):
    """Counts of an issue, or of an application's issues, in steps of `width` ms, told apart by a
    column if one is named; the window (ms) has both ends included."""

    issue_id: str
    application_id: str
    start: int
    end: int
    width: int
    group_by: str


def trend(tx: Tx, account_id: int, wanted: Trend) -> list[tuple[str, int, int]]:
    """(version, environment or "", first ms of a step, count), by time; steps without are left
    out."""
    table = issue_rate
    name = table.c[wanted.group_by] if wanted.group_by else literal("")
    point = table.c.hour - table.c.hour % wanted.width
    counted = select(name.label("name"), point.label("point"), func.sum(table.c.count)).where(
        table.c.account_id == account_id, table.c.hour.between(hour_of(wanted.start), wanted.end)
    )
    if wanted.issue_id:
        counted = counted.where(table.c.issue_id == wanted.issue_id)
    else:
        shown = select(issue.c.issue_id).where(
            issue.c.issue_id == table.c.issue_id, issue.c.merged_into == ""
        )
        counted = counted.where(table.c.application_id == wanted.application_id, shown.exists())
    ordered = counted.group_by("name", "point").order_by("point", "name").limit(TRENDS_MAX)
    return [(str(key), int(at), int(count)) for key, at, count in tx.tuples(ordered)]


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget up to `limit` counts of hours from before that instant."""
    key = tuple(issue_rate.primary_key)
    old = select(*key).where(issue_rate.c.hour < before).limit(limit)
    return tx.run(delete(issue_rate).where(tuple_(*key).in_(old)))
