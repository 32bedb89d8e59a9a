"""News: that something is not any more as somebody may be looking at it."""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class About(StrEnum):
    """What kind of thing changed."""

    INCIDENT = "incident"
    ALERT = "alert"
    ISSUE = "issue"
    DELIVERY = "delivery"
    """The news has the id of the incident that the message is about."""
    SCHEDULE = "schedule"
    INTEGRATION = "integration"
    """Something that it sent was refused, or became nothing."""


ITEMS_MAX: Final = 200
"""Things of one kind that one transaction tells one by one; of more it says that there are many."""


class News(Struct, frozen=True):
    """`id` is empty where more things of the kind changed than are told one by one. `channel_id`
    is where it lies, 0 for outside channels."""

    about: About
    id: str
    channel_id: int = 0
