"""The keys that accounts sign push messages with; browsers subscribe to the public one."""

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import select

from tocsin.store.database import Tx
from tocsin.store.tables.contact import push_key
from tocsin.store.upsert import insert_new


class PushKey(Struct, frozen=True):
    """A key pair; `public` in base64url, `sealed` the private one."""

    account_id: int
    public: str
    sealed: bytes
    created_at: int


def get(tx: Tx, account_id: int) -> PushKey | None:
    """The account's key pair, None before its first use."""
    return tx.row(select(push_key).where(push_key.c.account_id == account_id), PushKey)


def add(tx: Tx, new: PushKey) -> bool:
    """Keep a new key pair; False where somebody was faster."""
    return insert_new(tx, push_key, asdict(new))
