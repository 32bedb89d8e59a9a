"""A link that lets a member in once, to choose a password of their own."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from tocsin.kernel.units import DAY


class LinkPurpose(StrEnum):
    """Why somebody was given one."""

    SETUP = "setup"
    INVITATION = "invitation"
    RESET = "reset"


LIFE_MS: Final = {
    LinkPurpose.SETUP: 30 * DAY,
    LinkPurpose.INVITATION: 7 * DAY,
    LinkPurpose.RESET: DAY,
}


class EntryLink(Struct, frozen=True):
    """Instants in ms. The secret is in the link alone."""

    account_id: int
    member_id: int
    purpose: LinkPurpose
    expires_at: int
