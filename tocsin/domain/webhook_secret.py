"""What opens a receiver's door: the query of its address and the values of its headers.

They are sealed apart from the settings, which show `***` in their place. Sent back, `***` means
what it stood for, as long as the address is still at the same server: else whoever may change a
webhook could have its secrets sent to themselves.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.integration import Settings
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.text import HIDDEN, without_path, without_query

_ENDPOINT: Final = "settings.endpoint"


class WebhookSecret(Struct, frozen=True):
    """An address in full, and headers with their values."""

    endpoint: str
    headers: dict[str, str] = {}


def said(given: Settings, kept: WebhookSecret | None) -> Settings:
    """Settings with what they hide in its place again.

    Raises InvalidParameter for what is hidden and was never told, or was told to another server.
    """
    endpoint = given.endpoint
    if kept and endpoint == without_query(kept.endpoint):
        endpoint = kept.endpoint
    if endpoint.endswith(f"?{HIDDEN}"):
        raise _unknown(_ENDPOINT)
    known: Mapping[str, str] = {}
    if kept and _server(kept.endpoint) == _server(endpoint):
        known = kept.headers
    headers = {}
    for name, value in given.headers.items():
        if value == HIDDEN and name not in known:
            raise _unknown(f"settings.headers.{name}")
        headers[name] = known[name] if value == HIDDEN else value
    return replace(given, endpoint=endpoint, headers=headers)


def without(settings: Settings) -> Settings:
    """Settings as they are kept and shown."""
    hidden = dict.fromkeys(settings.headers, HIDDEN)
    return replace(settings, endpoint=without_query(settings.endpoint), headers=hidden)


def for_strangers(settings: Settings) -> Settings:
    """Settings of what calls out, as those see them who may not change it."""
    return replace(without(settings), endpoint=without_path(settings.endpoint))


def _server(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _unknown(field: str) -> InvalidParameter:
    return InvalidParameter(
        "{field} is hidden; send it again in full, as it is not known for this address",
        field=field,
    )
