"""The account behind a key."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.engine import account as engine
from tocsin.engine.account import AccountWish
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store import account as accounts
from tocsin.store.database import Tx
from tocsin.wire.scalars import Seconds, TimeZone


class AccountInfo(Struct, frozen=True):
    account_id: int
    account_name: str
    email: str
    phone: str
    country_code: str
    avatar: str
    domain: str
    extra_domains: list[str]
    locale: str
    time_zone: TimeZone
    created_at: Seconds


@operation("/account/info", None, Kind.READ, tag="Platform/Account")
def info(tx: Tx, caller: Caller, request: Empty) -> AccountInfo:
    """Show the account a key belongs to."""
    account = accounts.get(tx, caller.account_id)
    return AccountInfo(
        account_id=account.id,
        account_name=account.name,
        email=account.email,
        phone=account.phone,
        country_code=account.country_code,
        avatar=account.avatar,
        domain=account.domain,
        extra_domains=[],
        locale=account.locale,
        time_zone=account.time_zone,
        created_at=seconds(account.created_at),
    )


class ChangeAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """What is not sent stays."""

    account_name: (
        Annotated[str, Meta(min_length=1, max_length=64, description="What people call it.")]
        | UnsetType
    ) = UNSET
    time_zone: TimeZone | UnsetType = UNSET


@operation("/account/update", Permission.MEMBERS_MANAGE, Kind.WRITE, tag="Platform/Account")
def change(tx: Tx, caller: Caller, request: ChangeAccount) -> Empty:
    """Change the account's name or time zone.

    Rotations, windows and calendars without a zone of their own go by the account's.
    """
    engine.change(tx, caller, AccountWish(request.account_name, request.time_zone))
    return Empty()
