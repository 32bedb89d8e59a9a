"""Links of issues at rest."""

from msgspec.structs import asdict
from sqlalchemy import delete, insert, select

from tocsin.domain.issue_link import LINKS_MAX, IssueLink
from tocsin.store.database import Tx
from tocsin.store.tables.issue_activity import issue_link


def add(tx: Tx, new: IssueLink) -> None:
    tx.run(insert(issue_link).values(**asdict(new)))


def of_issue(tx: Tx, account_id: int, issue_id: str) -> list[IssueLink]:
    """An issue's links, the oldest first."""
    wanted = select(issue_link).where(
        issue_link.c.account_id == account_id, issue_link.c.issue_id == issue_id
    )
    ordered = wanted.order_by(issue_link.c.created_at, issue_link.c.link_id)
    return tx.rows(ordered.limit(LINKS_MAX), IssueLink)


def remove(tx: Tx, account_id: int, link_id: str) -> None:
    tx.run(
        delete(issue_link).where(
            issue_link.c.account_id == account_id, issue_link.c.link_id == link_id
        )
    )
