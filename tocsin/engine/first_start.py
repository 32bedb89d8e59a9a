"""The first start of a server: an account, its owner and a key, made once whoever starts first."""

from typing import Final

from msgspec import Struct

from tocsin.domain.entry_link import LinkPurpose
from tocsin.engine import account, app_key, entry_link
from tocsin.engine.account import Founding
from tocsin.engine.app_key import Wish
from tocsin.store import account as accounts
from tocsin.store import member as members
from tocsin.store import session as sessions
from tocsin.store.database import Database, Tx

ACCOUNT_NAME: Final = "Tocsin"
OWNER_NAME: Final = "Owner"


class Founded(Struct, frozen=True):
    """What the first start made. The secrets are known here and nowhere else."""

    account_id: int
    setup_url: str
    key: str


def found(database: Database, owner_email: str) -> Founded | None:
    """Open the first account of a migrated database; None where there is one already.

    Of several processes that start at once, one founds and the others get None.
    """
    with database.read() as tx:
        if accounts.first(tx):
            return None
    founding = Founding(ACCOUNT_NAME, OWNER_NAME, owner_email)
    with database.write() as tx:
        accounts.lock_founding(tx)
        if accounts.first(tx):
            return None
        opened = account.open_account(tx, founding)
        made = app_key.create(tx, opened.id, opened.id, Wish("First key"), opened.id)
        owner = members.get(tx, opened.id, opened.id)
        setup = entry_link.make(tx, owner, LinkPurpose.SETUP)
    return Founded(opened.id, setup.url, made.secret)


def awaits_owner(tx: Tx) -> bool:
    """Whether the owner of the first account has no password yet."""
    first = accounts.first(tx)
    return first is not None and not sessions.has_password(tx, first.id, first.id)
