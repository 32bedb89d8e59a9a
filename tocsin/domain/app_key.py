"""A key: what a program shows instead of a password. A key is its member."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

KEYS_PER_MEMBER_MAX: Final = 5


class KeyKind(StrEnum):
    """Which of the two APIs a key opens."""

    APP = "app"
    """The Open API's `app_key`: 35 characters."""
    TRUEWATCH = "truewatch"
    """The TrueWatch API's `DF-API-KEY`: 32 characters."""


class KeyStatus(StrEnum):
    """A disabled key is refused until it is enabled again."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class AppKey(Struct, frozen=True):
    """A key at rest: its secret is known by hash only; instants in ms, 0 = never.

    After a rotation `previous_hash` still opens the door until `previous_until`.
    """

    id: str
    account_id: int
    member_id: int
    kind: KeyKind
    name: str
    hash: str
    hint: str
    status: KeyStatus
    created_at: int
    created_by: int
    expires_at: int
    last_used_at: int
    previous_hash: str
    previous_until: int


def opens(key: AppKey, secret_hash: str, now: int) -> bool:
    """Whether this key, shown as `secret_hash`, is good at this instant."""
    if key.status is not KeyStatus.ENABLED or (key.expires_at and key.expires_at <= now):
        return False
    if secret_hash == key.hash:
        return True
    return secret_hash == key.previous_hash and now < key.previous_until
