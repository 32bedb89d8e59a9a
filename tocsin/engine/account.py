"""Opening an account: the organisation, its owner and a first key."""

from msgspec import Struct

from tocsin.domain.access import ACCOUNT_ADMIN
from tocsin.domain.account import Account
from tocsin.domain.member import LOCALE_DEFAULT, TIME_ZONE_DEFAULT, Member, MemberStatus
from tocsin.store import account as accounts
from tocsin.store import member as members
from tocsin.store.database import Tx


class Founding(Struct, frozen=True):
    """What a new account starts from; `password_hash` is argon2, good for one sign-in."""

    account_name: str
    owner_name: str
    owner_email: str
    password_hash: str = ""
    time_zone: str = TIME_ZONE_DEFAULT


def open_account(tx: Tx, founding: Founding) -> Account:
    """Make an account and its owner, who is the member with the account's own id."""
    account_id = tx.ids.account_number()
    new = Account(
        id=account_id,
        name=founding.account_name,
        email=founding.owner_email,
        phone="",
        country_code="",
        avatar="",
        domain="",
        locale=LOCALE_DEFAULT,
        time_zone=founding.time_zone,
        created_at=tx.now,
        updated_at=tx.now,
    )
    owner = Member(
        id=account_id,
        account_id=account_id,
        name=founding.owner_name,
        email=founding.owner_email,
        email_verified=False,
        phone="",
        phone_verified=False,
        country_code="",
        avatar="",
        locale=LOCALE_DEFAULT,
        time_zone=founding.time_zone,
        status=MemberStatus.ENABLED,
        is_external=False,
        ref_id="",
        created_at=tx.now,
        updated_at=tx.now,
    )
    accounts.add(tx, new)
    members.add(tx, owner, password_hash=founding.password_hash, password_is_temporary=True)
    members.set_roles(tx, account_id, owner.id, [ACCOUNT_ADMIN])
    return new
