"""A member: somebody who may sign in, hold keys, be assigned and be told."""

import re
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

NAME_LENGTH_MAX: Final = 39
INVITATIONS_PER_CALL_MAX: Final = 20
INVITATIONS_PER_DAY_MAX: Final = 200
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,190}")
_PHONE: Final = re.compile(r"\+?[0-9]{4,20}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}|\+?[0-9]{1,4}")
_PHONE_PUNCTUATION: Final = str.maketrans("", "", " -().")


def is_email(text: str) -> bool:
    """Whether this can be a mail address; a host without a dot is fine inside a company."""
    return _EMAIL.fullmatch(text) is not None


def is_country_code(text: str) -> bool:
    """Whether this is two capital letters (`DE`) or a dialling code (`+49`)."""
    return _COUNTRY.fullmatch(text) is not None


def plain_phone(text: str) -> str | None:
    """A phone number without its punctuation; None when it is not one."""
    plain = text.translate(_PHONE_PUNCTUATION)
    return plain if _PHONE.fullmatch(plain) else None


def masked(phone: str) -> str:
    """A phone number with four digits hidden before the last four, as everybody may see it."""
    if len(phone) <= 8:
        return "****" + phone[-2:] if phone else ""
    return f"{phone[:-8]}****{phone[-4:]}"


def name_from(email: str, phone: str) -> str:
    """What to call somebody who was invited without a name."""
    return (email.partition("@")[0] or phone)[:NAME_LENGTH_MAX]
