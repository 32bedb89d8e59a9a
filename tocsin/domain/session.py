"""A session: a browser that a member has signed in with."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

AGENT_LENGTH_MAX: Final = 255


class WayIn(StrEnum):
    """What a member proved who they are by."""

    PASSWORD = "password"  # noqa: S105 - the name of a way in, not a secret
    PASSKEY = "passkey"
    LINK = "link"
    OIDC = "oidc"


class Session(Struct, frozen=True):
    """Instants in ms; `used_at` is right to about ten seconds."""

    id: str
    account_id: int
    member_id: int
    way: WayIn
    ip: str
    agent: str
    created_at: int
    used_at: int
    expires_at: int
