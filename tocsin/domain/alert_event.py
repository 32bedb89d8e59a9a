"""One report of a sender about one alert, in the shape every source hands over."""

import hashlib

from msgspec import Struct, field

from tocsin.domain.severity import EventStatus


class Image(Struct, frozen=True):
    """A picture that explains an alert; `src` is an http(s) URL or an upload token `img_…`."""

    src: str
    href: str = ""
    alt: str = ""


class AlertEvent(Struct, frozen=True, tag="event"):
    """What happened, by the sender's account; instants are in ms.

    Unless it is heard of again before `expires_at`, it has expired; 0 is never.
    `title_rule` is what the sender wrote, `title` what it renders to. `message_id` is the sender's
    own name for this one report, where it has one: heard again within a day it is a repeat.
    """

    alert_key: str
    status: EventStatus
    title: str
    happened_at: int
    title_rule: str = ""
    description: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    images: tuple[Image, ...] = ()
    expires_at: int = 0
    message_id: str = ""

    @property
    def mark(self) -> str:
        """Equal for two events that say the same: status, title and description."""
        said = "\0".join((self.status, self.title, self.description))
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


class StoredEvent(Struct, frozen=True):
    """An event that an alert kept; instants are ms."""

    id: str
    account_id: int
    alert_id: str
    channel_id: int
    integration_id: int
    alert_key: str
    status: EventStatus
    title: str
    title_rule: str
    description: str
    happened_at: int
    labels: dict[str, str]
    images: tuple[Image, ...]
    expires_at: int
    created_at: int
