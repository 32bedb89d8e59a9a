"""How often issues happened, by the hour."""

from collections.abc import Mapping

from sqlalchemy import delete, select, tuple_

from tocsin.domain.issue_rate import Rate
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.issue_alert import issue_rate
from tocsin.store.upsert import add_up

RATES_MAX = 20_000
"""More hours, releases and environments than a week of one issue has, unless somebody plays."""
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


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget up to `limit` counts of hours from before that instant."""
    key = tuple(issue_rate.primary_key)
    old = select(*key).where(issue_rate.c.hour < before).limit(limit)
    return tx.run(delete(issue_rate).where(tuple_(*key).in_(old)))
