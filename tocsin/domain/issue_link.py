"""What an issue is linked to: incidents, post-mortems, any page."""

from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from tocsin.kernel.errors import InvalidParameter

LINKS_MAX: Final = 200


class LinkKind(StrEnum):
    """Kinds of links."""

    INCIDENT = "incident"
    POST_MORTEM = "post_mortem"
    URL = "url"


class IssueLink(Struct, frozen=True):
    """A link; `target` is an incident's id or an http(s) address. `created_by` 0 is the system."""

    link_id: str
    account_id: int
    issue_id: str
    kind: LinkKind
    target: str
    title: str
    created_by: int
    created_at: int


def check_address(address: str) -> None:
    """Raise InvalidParameter for what is no web address: a console makes a link of it."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise InvalidParameter(
            "target must be an http or https address, not {value}", value=address
        )
