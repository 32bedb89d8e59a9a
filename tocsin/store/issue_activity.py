"""Timelines of issues at rest."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import func, select

from tocsin.domain.issue_activity import Activity, ActivityType
from tocsin.kernel.paging import Window
from tocsin.store import bulk
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.issue_activity import issue_activity


class Noted(Struct, frozen=True):
    """An entry as it stands on a timeline; `at` is ms."""

    id: int
    at: int
    type: ActivityType
    actor: int
    reason: str
    detail: dict[str, str]


def note(tx: Tx, account_id: int, entries: Iterable[tuple[str, Activity]]) -> None:
    """Put entries on the timelines of issues, each with the id of its issue, in order."""
    rows = [
        asdict(entry) | {"account_id": account_id, "issue_id": issue_id, "at": tx.now}
        for issue_id, entry in entries
    ]
    bulk.add(tx, issue_activity, rows)


def page(tx: Tx, account_id: int, issue_id: str, window: Window) -> list[Noted]:
    """Part of an issue's timeline, the newest first."""
    table = issue_activity
    wanted = select(*fields(table, Noted)).where(
        table.c.account_id == account_id, table.c.issue_id == issue_id
    )
    ordered = wanted.order_by(table.c.id.desc()).offset(window.offset).limit(window.limit)
    return tx.rows(ordered, Noted)


def count(tx: Tx, account_id: int, issue_id: str) -> int:
    """How many entries an issue's timeline has."""
    table = issue_activity
    counted = select(func.count()).where(
        table.c.account_id == account_id, table.c.issue_id == issue_id
    )
    return int(tx.value(counted))
