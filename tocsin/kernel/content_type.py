"""What a body says it is."""

from typing import Final

from tocsin.kernel.errors import InvalidContentType

_JSON: Final = "application/json"


def media_type(declared: str) -> str:
    """The type in a Content-Type header, in lower case and without parameters."""
    return declared.partition(";")[0].strip().lower()


def require_json(declared: str, body: bytes) -> None:
    """Refuse a body that is declared as anything but JSON; InvalidContentType."""
    kind = media_type(declared)
    if kind != _JSON and (kind or body):
        raise InvalidContentType(
            "Content-Type must be application/json, not {value}", value=declared or "absent"
        )
