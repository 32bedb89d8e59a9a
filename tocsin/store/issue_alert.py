"""What the world was told of issues, and the rules it goes by."""

from msgspec.structs import asdict
from sqlalchemy import select

from tocsin.domain.issue_alert import Told
from tocsin.domain.issue_policy import IssuePolicy
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.issue_alert import issue_alert, issue_policy
from tocsin.store.upsert import upsert


def get(tx: Tx, account_id: int, issue_id: str) -> Told | None:
    """What was told of an issue last; None where nothing was."""
    wanted = select(issue_alert).where(
        issue_alert.c.account_id == account_id, issue_alert.c.issue_id == issue_id
    )
    return tx.row(wanted, Told)


def put(tx: Tx, told: Told) -> None:
    """Keep what was told of an issue that is locked."""
    values = asdict(told)
    upsert(tx, issue_alert, {"issue_id": values.pop("issue_id")}, values)


def policy(tx: Tx, account_id: int, application_id: str) -> IssuePolicy:
    """The rules of an application; the defaults where nobody said."""
    wanted = select(*fields(issue_policy, IssuePolicy)).where(
        issue_policy.c.account_id == account_id, issue_policy.c.application_id == application_id
    )
    return tx.row(wanted, IssuePolicy) or IssuePolicy()


def set_policy(tx: Tx, account_id: int, application_id: str, wanted: IssuePolicy) -> None:
    """Have an application go by other rules."""
    values = asdict(wanted) | {"account_id": account_id}
    upsert(tx, issue_policy, {"application_id": application_id}, values)
