"""The people every test shares: Alice owns the account, Bob responds, Charlie only looks."""

from msgspec import Struct

from tocsin.domain.access import RESPONDER, VIEWER
from tocsin.domain.member import Member, MemberStatus
from tocsin.engine import account, app_key
from tocsin.engine.account import Founding
from tocsin.engine.app_key import Wish
from tocsin.store import member as members
from tocsin.store.database import Database, Tx


class Person(Struct, frozen=True):
    """A member and a key of theirs."""

    id: int
    name: str
    email: str
    key: str


class Cast(Struct, frozen=True):
    account_id: int
    alice: Person
    bob: Person
    charlie: Person


def assemble(database: Database) -> Cast:
    """An account with its three people, each with a key."""
    with database.write() as tx:
        opened = account.open_account(
            tx,
            Founding(
                account_name="Acme",
                owner_name="Alice",
                owner_email="alice@acme.example",
            ),
        )
        return Cast(
            opened.id,
            _with_key(tx, opened.id, opened.id, "Alice", "alice@acme.example"),
            _join(tx, opened.id, "Bob", RESPONDER),
            _join(tx, opened.id, "Charlie", VIEWER),
        )


def _join(tx: Tx, account_id: int, name: str, role_id: int) -> Person:
    email = f"{name.lower()}@acme.example"
    new = Member(
        id=tx.ids.number(account_id),
        account_id=account_id,
        name=name,
        email=email,
        email_verified=True,
        phone="",
        phone_verified=False,
        country_code="",
        avatar="",
        locale="en-US",
        time_zone="UTC",
        status=MemberStatus.ENABLED,
        is_external=False,
        ref_id="",
        created_at=tx.now,
        updated_at=tx.now,
    )
    members.add(tx, new)
    members.set_roles(tx, account_id, new.id, [role_id])
    return _with_key(tx, account_id, new.id, name, email)


def _with_key(tx: Tx, account_id: int, member_id: int, name: str, email: str) -> Person:
    made = app_key.create(tx, account_id, member_id, Wish(f"{name}'s key"), member_id)
    return Person(member_id, name, email, made.secret)
