"""Who a Sentry client says it is: a header, the query, or the DSN in its envelope."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

_KEY: Final = re.compile(r"[0-9a-fA-F]{32}")
_CLIENT: Final = re.compile(r"[^!-~]")
_HEADERS: Final = ("x-sentry-auth", "authorization")
_VALUE_LENGTH_MAX: Final = 1024


class SentryAuth(Struct, frozen=True):
    """`public_key` is 32 lower-case hex; `client` is "name/version" or empty."""

    public_key: str
    client: str = ""


def credentials(
    headers: Mapping[str, str], query: Mapping[str, str], dsn: str = ""
) -> SentryAuth | None:
    """The first well-formed key of header, query and envelope `dsn`; None without one.

    `headers` has lower-case names.
    """
    for name in _HEADERS:
        found = _from_header(headers.get(name, ""))
        if found:
            return found
    found = _auth(query.get("sentry_key", ""), query.get("sentry_client", ""))
    return found or _from_dsn(dsn)


def _from_header(value: str) -> SentryAuth | None:
    scheme, _, rest = value[:_VALUE_LENGTH_MAX].strip().partition(" ")
    if scheme.lower() != "sentry":
        return None
    pairs = (pair.partition("=") for pair in re.split(r"[,\s]+", rest) if pair)
    named = {name.strip().lower(): item.strip().strip('"') for name, _, item in pairs}
    return _auth(named.get("sentry_key", ""), named.get("sentry_client", ""))


def _from_dsn(dsn: str) -> SentryAuth | None:
    try:
        return _auth(urlsplit(dsn[:_VALUE_LENGTH_MAX]).username or "", "")
    except ValueError:
        return None


def _auth(key: str, client: str) -> SentryAuth | None:
    if not _KEY.fullmatch(key):
        return None
    return SentryAuth(public_key=key.lower(), client=_CLIENT.sub("", client[:64]))
