"""Error-ingestion rules at rest, with their history."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, delete, func, insert, select

from tocsin.domain.error_ingestion import IngestionRule
from tocsin.kernel.paging import Window
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.error_ingestion import error_ingestion_history, error_ingestion_rule

HISTORY_MAX = 200


class Revision(Struct, frozen=True, kw_only=True):
    """The rules of an application as `action` on `rule_name` left them; `at` is ms."""

    id: str
    account_id: int
    application_id: str
    action: str
    rule_name: str
    member_id: int
    at: int
    rules: tuple[IngestionRule, ...]


def of_application(tx: Tx, account_id: int, application_id: str) -> tuple[IngestionRule, ...]:
    """The rules of an application, the oldest first."""
    table = error_ingestion_rule
    wanted = select(*fields(table, IngestionRule)).where(
        table.c.account_id == account_id, table.c.application_id == application_id
    )
    return tuple(tx.rows(wanted.order_by(table.c.created_at, table.c.id), IngestionRule))


def replace_all(
    tx: Tx, account_id: int, application_id: str, rules: Sequence[IngestionRule]
) -> None:
    """Have an application these rules and no others."""
    table = error_ingestion_rule
    tx.run(
        delete(table).where(
            table.c.account_id == account_id, table.c.application_id == application_id
        )
    )
    tx.run(insert(table), [asdict(rule) for rule in rules])


def keep(tx: Tx, revision: Revision) -> None:
    """Add to an application's history, which forgets what lies over 200 changes back."""
    table = error_ingestion_history
    tx.run(insert(table).values(**asdict(revision) | {"rules": revision.rules}))
    older = select(table.c.id).where(*_mine(revision.account_id, revision.application_id))
    older = (
        older.order_by(table.c.at.desc(), table.c.id.desc()).offset(HISTORY_MAX).limit(HISTORY_MAX)
    )
    tx.run(delete(table).where(table.c.id.in_(tx.values(older))))


def history(tx: Tx, account_id: int, application_id: str, window: Window) -> list[Revision]:
    """Part of an application's history, the newest first."""
    table = error_ingestion_history
    wanted = select(*fields(table, Revision)).where(*_mine(account_id, application_id))
    ordered = (
        wanted.order_by(table.c.at.desc(), table.c.id.desc())
        .offset(window.offset)
        .limit(window.limit)
    )
    return tx.rows(ordered, Revision)


def history_count(tx: Tx, account_id: int, application_id: str) -> int:
    table = error_ingestion_history
    counted = select(func.count()).select_from(table)
    return int(tx.value(counted.where(*_mine(account_id, application_id))))


def revision(tx: Tx, account_id: int, application_id: str, revision_id: str) -> Revision | None:
    """One entry of an application's history, None where there is none."""
    table = error_ingestion_history
    wanted = select(*fields(table, Revision)).where(
        *_mine(account_id, application_id), table.c.id == revision_id
    )
    return tx.row(wanted, Revision)


def _mine(account_id: int, application_id: str) -> tuple[ColumnElement[bool], ...]:
    table = error_ingestion_history
    return (table.c.account_id == account_id, table.c.application_id == application_id)
