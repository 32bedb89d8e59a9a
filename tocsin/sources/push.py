"""What our own push formats share: reading the body, cutting text, and the rules for labels."""

import re
from typing import Final, TypeVar

import msgspec

from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import from_seconds

T = TypeVar("T")

DESCRIPTION_MAX: Final = 2048
KEY_MAX: Final = 255
LABELS_MAX: Final = 50
LABEL_KEY_MAX: Final = 128
LABEL_VALUE_MAX: Final = 2048
SECONDS_MAX: Final = 9_999_999_999
"""The last second written with ten digits; a longer number is milliseconds by mistake."""

_LABEL_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OF_A_LABEL: Final = "labels[...]"
_PROBLEM = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<where>[^`]*)`)?", re.DOTALL)


def read(body: bytes, shape: type[T]) -> T:
    """The JSON object in `body`; unknown members are ignored.

    Raises InvalidParameter that names the member and what is wrong with it.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        _require_json(body)
        problem = _PROBLEM.fullmatch(str(error))
        where = (problem and problem["where"]) or "body"
        raise InvalidParameter(
            "{field}: {problem}",
            field=f"labels.{_wrong_label(body)}" if where == _OF_A_LABEL else where,
            problem=problem["what"] if problem else str(error),
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _no_json() from None


def _require_json(body: bytes) -> None:
    """What is wrong with a member was found before the rest of the body was read."""
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _no_json() from None


def _no_json() -> InvalidParameter:
    return InvalidParameter("the body is not a JSON object in UTF-8")


def _wrong_label(body: bytes) -> str:
    """The first label whose value is no text."""
    labels = msgspec.json.decode(body)["labels"]
    return str(next(name for name, value in labels.items() if not isinstance(value, str | None)))


def text(value: str | None, length_max: int) -> str:
    """The value cut to its limit, "" for none; NUL goes, as no database keeps it in text."""
    return (value or "").replace("\0", "")[:length_max]


def key(value: str | None, field: str) -> str:
    """A key that merges events, "" for none. Never cut: two cut keys might meet."""
    cleaned = (value or "").replace("\0", "").strip()
    if len(cleaned) > KEY_MAX:
        raise InvalidParameter(
            "{field} must have at most {maximum} characters, not {count}",
            field=field,
            maximum=KEY_MAX,
            count=len(cleaned),
        )
    return cleaned


def required(value: str, field: str) -> str:
    """The value, which must not be blank."""
    if not value.strip():
        raise InvalidParameter("{field} is required", field=field)
    return value


def instant(seconds: int | None, received_at: int) -> int:
    """An `event_time` in ms: what was sent in seconds, or the moment it was received."""
    if not seconds:
        return received_at
    if not 0 < seconds <= SECONDS_MAX:
        raise InvalidParameter(
            "event_time must be seconds since 1970, not {value}", value=seconds, field="event_time"
        )
    return from_seconds(seconds)


def labels(sent: dict[str, str | None] | None) -> dict[str, str]:
    """Labels within their limits: at most 50, keys as Prometheus names them, values cut."""
    found = sent or {}
    if len(found) > LABELS_MAX:
        raise InvalidParameter(
            "labels must have at most {maximum} entries, not {count}",
            maximum=LABELS_MAX,
            count=len(found),
        )
    for name in found:
        if len(name) > LABEL_KEY_MAX or not _LABEL_KEY.fullmatch(name):
            raise InvalidParameter(
                "label {name} must start with a letter or _, go on with letters, digits and _, "
                "and have at most {maximum} characters",
                name=name,
                maximum=LABEL_KEY_MAX,
            )
    return {name: text(value, LABEL_VALUE_MAX) for name, value in found.items()}
