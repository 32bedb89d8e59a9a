"""Small helpers on text."""

import hashlib
import re
from typing import Any, Final

VALUE_LENGTH_MAX: Final = 64
_SECRET_WORDS: Final = (
    "password",
    "secret",
    "token",
    "app_key",
    "integration_key",
    "api_key",
    "authorization",
    "cookie",
    "dsn",
    "headers",
)
# What one-time codes, keys of browsers and doors, and tokens by their chat's type are called.
_SECRET_NAMES: Final = frozenset(
    {"code", "auth", "p256dh", "encrypt_key", "ping_key", "im", "prefix"}
)
# Where something leads: of these the server is told, as the path may open a door.
_PLACES: Final = frozenset({"endpoint", "target", "url"})
HIDDEN: Final = "***"
_URL: Final = re.compile(
    r"(?P<scheme>https?://)(?P<user>[^\s/?#]*@)?(?P<place>[^\s?#]*)(?P<query>\?[^\s#]*)?",
    re.IGNORECASE,
)


def cut(text: str, length_max: int) -> str:
    """`text`, no longer than `length_max` characters."""
    return text if len(text) <= length_max else text[: length_max - 1] + "…"


def fold(text: str) -> str:
    """Text as search columns hold it: case and outer blanks gone."""
    return text.casefold().strip()


def digest(secret: str) -> str:
    """What is stored of a random secret: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret(name: str) -> bool:
    """Whether a field of this name may hold a secret."""
    return any(word in name.lower() for word in _SECRET_WORDS)


def without_query(text: str) -> str:
    """Text whose http(s) addresses show neither query nor user and password: they open doors."""
    return _URL.sub(_bare, text)


def without_path(text: str) -> str:
    """Text whose http(s) addresses show the server alone: for many, the path opens a door too."""
    return _URL.sub(_server, text)


def masked(text: str, secret: str) -> str:
    """Text that shows `***` wherever it held the secret, in any case; the same object if nowhere."""
    if not secret or secret not in text.lower():
        return text
    return re.sub(re.escape(secret), HIDDEN, text, flags=re.IGNORECASE)


def redact(value: Any) -> Any:
    """A JSON value with the contents of every secret-looking field hidden, and what addresses
    in its strings hold beside the place."""
    if isinstance(value, dict):
        return {key: _redacted(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [redact(item) for item in value]
    return without_query(value) if isinstance(value, str) else value


def _redacted(key: str, value: Any) -> Any:
    if is_secret(key) or key.lower() in _SECRET_NAMES:
        return HIDDEN
    if key.lower() in _PLACES and isinstance(value, str) and "://" in value:
        scheme = value.partition("://")[0]
        is_web = scheme.strip().lower() in ("http", "https")
        return without_path(value) if is_web else f"{scheme}://{HIDDEN}"
    return redact(value)


def _server(address: re.Match[str]) -> str:
    place, _, path = address["place"].partition("/")
    rest = f"/{HIDDEN}" if path or address["query"] else ""
    return f"{address['scheme']}{place}{rest}"


def _bare(address: re.Match[str]) -> str:
    user = f"{HIDDEN}@" if address["user"] else ""
    query = f"?{HIDDEN}" if address["query"] else ""
    return f"{address['scheme']}{user}{address['place']}{query}"
