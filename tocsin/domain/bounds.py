"""Bounds that the wire contract does not know, so that no request's shape may hold them."""

from collections.abc import Sized

from tocsin.kernel.errors import InvalidParameter


def require_entries(found: Sized, maximum: int, field: str) -> None:
    """Raise InvalidParameter, naming `field`, for more entries than `maximum`."""
    if len(found) > maximum:
        raise InvalidParameter(
            "{field} must have at most {maximum} entries, not {count}",
            field=field,
            maximum=maximum,
            count=len(found),
        )


def require_text(text: str, maximum: int, field: str) -> None:
    """Raise InvalidParameter, naming `field`, for an empty text or one over `maximum`."""
    if not 0 < len(text) <= maximum:
        raise InvalidParameter(
            "{field} must have 1 to {maximum} characters, not {count}",
            field=field,
            maximum=maximum,
            count=len(text),
        )
