"""A member: somebody who may sign in, hold keys, be assigned and be told."""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class MemberStatus(StrEnum):
    """`pending` until an invitation is accepted; deleted members stay, so that history has names."""

    ENABLED = "enabled"
    PENDING = "pending"
    DELETED = "deleted"


class Member(Struct, frozen=True):
    """A person of an account; instants in ms. The account's owner has the account's id."""

    id: int
    account_id: int
    name: str
    email: str
    email_verified: bool
    phone: str
    phone_verified: bool
    country_code: str
    avatar: str
    locale: str
    time_zone: str
    status: MemberStatus
    is_external: bool
    ref_id: str
    created_at: int
    updated_at: int

    @property
    def is_owner(self) -> bool:
        return self.id == self.account_id


class Locale(StrEnum):
    """The languages messages come in."""

    CHINESE = "zh-CN"
    ENGLISH = "en-US"


LOCALE_DEFAULT: Final = Locale.ENGLISH
TIME_ZONE_DEFAULT: Final = "UTC"
