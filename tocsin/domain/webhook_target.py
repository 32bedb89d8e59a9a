"""Where an outgoing request goes, and with which headers: what could never be sent is refused
early.

Messages never repeat the address: its query may hold a secret.
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from tocsin.kernel.errors import InvalidParameter

ENDPOINT_MAX: Final = 2048
HEADERS_MAX: Final = 20
_PLAIN: Final = re.compile(r"[!-~]*")
_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\x20-\x7e\xa0-\xff]*")
# They frame a request or belong to one connection.
_OWN: Final = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def check_endpoint(
    endpoint: str, field: str = "settings.endpoint", maximum: int = ENDPOINT_MAX
) -> None:
    """Raise InvalidParameter for what is no http(s) address, or holds a user and password."""
    if len(endpoint) > maximum:
        raise InvalidParameter(
            "{field} must have at most {maximum} characters, not {count}",
            field=field,
            maximum=maximum,
            count=len(endpoint),
        )
    if not _PLAIN.fullmatch(endpoint):
        raise InvalidParameter(
            "{field} must hold no blanks and only ASCII; percent-encode the rest", field=field
        )
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in ("http", "https") and parts.port != 0
        usable = usable and _is_host(parts.hostname or "", bracketed="[" in parts.netloc)
    except ValueError:
        usable = False
    if not usable:
        raise InvalidParameter(
            "{field} must be an http or https address with a valid host and port", field=field
        )
    if "@" in parts.netloc:
        raise InvalidParameter(
            "{field} must hold no user and password; send them in a header", field=field
        )


def check_headers(headers: Mapping[str, str], field: str = "settings.headers") -> None:
    """Raise InvalidParameter for headers that cannot be sent, or that the server sets itself."""
    if len(headers) > HEADERS_MAX:
        raise InvalidParameter(
            "{field} must have at most {maximum} entries, not {count}",
            field=field,
            maximum=HEADERS_MAX,
            count=len(headers),
        )
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise InvalidParameter(
                "{field}: {name} is not a usable header name or value", field=field, name=name
            )
        if name.lower() in _OWN or name.lower().startswith("proxy-"):
            raise InvalidParameter(
                "{field} must not set {name}; the server sets it", field=field, name=name
            )


def _is_host(host: str, *, bracketed: bool) -> bool:
    """Whether this is a name or an IPv4 address, or, in brackets, an IPv6 one; else ValueError."""
    if bracketed:
        return ipaddress.IPv6Address(host).scope_id is None
    return _HOST.fullmatch(host) is not None
