"""Passkeys at rest, and the challenges that prove them, each good once."""

from msgspec.structs import asdict
from sqlalchemy import delete, insert, select, update

from tocsin.domain.passkey import Passkey
from tocsin.store.database import Tx
from tocsin.store.tables.second_factor import challenge, passkey


def add(tx: Tx, new: Passkey) -> None:
    tx.run(insert(passkey).values(**asdict(new)))


def of_member(tx: Tx, account_id: int, member_id: int) -> list[Passkey]:
    """A member's passkeys, oldest first."""
    mine = (passkey.c.account_id == account_id) & (passkey.c.member_id == member_id)
    return tx.rows(select(passkey).where(mine).order_by(passkey.c.id), Passkey)


def by_credential(tx: Tx, credential_hash: str) -> Passkey | None:
    """The passkey a browser names, whoever's it is; held until the transaction ends."""
    found = select(passkey).where(passkey.c.credential_hash == credential_hash)
    return tx.row(found.with_for_update(), Passkey)


def used(tx: Tx, passkey_id: str, sign_count: int) -> None:
    """Note that a passkey let somebody in."""
    mine = update(passkey).where(passkey.c.id == passkey_id)
    tx.run(mine.values(sign_count=sign_count, used_at=tx.now))


def remove(tx: Tx, account_id: int, member_id: int, passkey_id: str) -> bool:
    """Take a passkey of a member away; whether there was one."""
    mine = (passkey.c.account_id == account_id) & (passkey.c.member_id == member_id)
    return bool(tx.run(delete(passkey).where(mine, passkey.c.id == passkey_id)))


def challenge_sent(
    tx: Tx, secret_hash: str, account_id: int, member_id: int, expires_at: int
) -> None:
    """Keep a challenge until it is answered."""
    tx.run(
        insert(challenge).values(
            hash=secret_hash, account_id=account_id, member_id=member_id, expires_at=expires_at
        )
    )


def challenge_met(tx: Tx, secret_hash: str, account_id: int, member_id: int) -> bool:
    """Whether this challenge was sent to that member and is still open; it is no more then."""
    mine = (challenge.c.account_id == account_id) & (challenge.c.member_id == member_id)
    open_ = (challenge.c.hash == secret_hash) & (challenge.c.expires_at > tx.now)
    return bool(tx.run(delete(challenge).where(mine & open_)))


def sweep(tx: Tx, limit: int) -> int:
    """Drop up to `limit` challenges that are over, and say how many."""
    over = select(challenge.c.hash).where(challenge.c.expires_at <= tx.now).limit(limit)
    return tx.run(delete(challenge).where(challenge.c.hash.in_(over)))
