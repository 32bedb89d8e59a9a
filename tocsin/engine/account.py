"""Opening an account: the organisation, its owner and a first key; and changing it."""

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace

from tocsin.domain.access import ACCOUNT_ADMIN
from tocsin.domain.account import Account
from tocsin.domain.member import LOCALE_DEFAULT, TIME_ZONE_DEFAULT, Member, MemberStatus
from tocsin.engine import schedule_watch
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, InvalidParameter
from tocsin.kernel.given import given
from tocsin.kernel.time_zone import is_time_zone
from tocsin.store import account as accounts
from tocsin.store import member as members
from tocsin.store import schedule as schedules
from tocsin.store.database import Tx


class Founding(Struct, frozen=True):
    """What a new account starts from. Its owner chooses a password by a link."""

    account_name: str
    owner_name: str
    owner_email: str
    time_zone: str = TIME_ZONE_DEFAULT


class AccountWish(Struct, frozen=True):
    """What an account is to be; UNSET stays as it is."""

    name: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET


def change(tx: Tx, caller: Caller, wish: AccountWish) -> None:
    """Change an account, which takes an admin. Schedules go by a new zone at once, and those who
    are told of their shifts are told by it."""
    if not caller.is_admin:
        raise AccessDenied("only an admin changes the account; ask one")
    if wish.time_zone is not UNSET and not is_time_zone(wish.time_zone):
        raise InvalidParameter(
            "{field}: {value} is no IANA time zone, such as Europe/Berlin",
            field="time_zone",
            value=wish.time_zone,
        )
    accounts.lock(tx, caller.account_id)
    before = accounts.get(tx, caller.account_id)
    after = replace(before, **given(asdict(wish)), updated_at=tx.now)
    accounts.save(tx, after)
    if after.time_zone != before.time_zone:
        for schedule_id in schedules.ids(tx, caller.account_id):
            found = schedules.get(tx, caller.account_id, schedule_id, lock=True)
            if found:
                schedule_watch.changed(tx, found)


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
    members.add(tx, owner)
    members.set_roles(tx, account_id, owner.id, [ACCOUNT_ADMIN])
    return new
