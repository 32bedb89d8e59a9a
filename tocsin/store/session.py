"""Console sessions at rest."""

from sqlalchemy import delete

from tocsin.store.database import Tx
from tocsin.store.tables.platform import session


def end_all(tx: Tx, account_id: int, member_id: int) -> None:
    """Sign a member out everywhere."""
    mine = (session.c.account_id == account_id) & (session.c.member_id == member_id)
    tx.run(delete(session).where(mine))
