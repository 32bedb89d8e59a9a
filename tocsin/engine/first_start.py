"""The first start of a server: an account, its owner and a key, made once whoever starts first."""

from typing import Final

from msgspec import Struct

from tocsin.engine import account, app_key
from tocsin.engine.account import Founding
from tocsin.engine.app_key import Wish
from tocsin.engine.password import hash_password
from tocsin.store import account as accounts
from tocsin.store.database import Database

ACCOUNT_NAME: Final = "Tocsin"
OWNER_NAME: Final = "Owner"


class Founded(Struct, frozen=True):
    """What the first start made. The secrets are known here and nowhere else."""

    account_id: int
    owner_email: str
    password: str
    key: str


def found(database: Database, owner_email: str) -> Founded | None:
    """Open the first account of a migrated database; None where there is one already.

    Of several processes that start at once, one founds and the others get None.
    """
    with database.read() as tx:
        if accounts.first(tx):
            return None
    password = database.ids.password()
    founding = Founding(ACCOUNT_NAME, OWNER_NAME, owner_email, hash_password(password))
    with database.write() as tx:
        accounts.lock_founding(tx)
        if accounts.first(tx):
            return None
        opened = account.open_account(tx, founding)
        made = app_key.create(tx, opened.id, opened.id, Wish("First key"), opened.id)
    return Founded(opened.id, owner_email, password, made.secret)
