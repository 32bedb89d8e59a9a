"""Points in protobuf, as DataKit writes them by itself (its `content_encoding` v2).

A message has points in field 1; a point its name (1), fields (2) and time (3); a field its key (1)
and one value: whole (2), without sign (3), fraction (4), yes or no (5), bytes (6), or a text.
"""

import math
from collections.abc import Iterator
from typing import Any, Final

from tocsin.sources.protobuf import fields, parts, signed
from tocsin.sources.source import clean, word

PARTS_MAX: Final = 1_280
KEY_LENGTH_MAX: Final = 256
_NAME, _FIELDS, _TIME = 1, 2, 3
_KEY, _WHOLE, _UNSIGNED, _FRACTION, _FLAG, _BYTES = 1, 2, 3, 4, 5, 6
_TEXTS: Final = range(11, 16)
"""Behind the bytes came texts of their own in later versions."""


def points(body: bytes) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Name, values and time of each point. Unreadable where the framing is broken."""
    for message in parts(body, 1):
        name, at = "", 0
        values: dict[str, Any] = {}
        for number, value in fields(message):
            if number == _NAME and isinstance(value, bytes):
                name = word(value.decode("utf-8", "replace"))
            elif number == _TIME and isinstance(value, int):
                at = signed(value)
            elif number == _FIELDS and isinstance(value, bytes) and len(values) < PARTS_MAX:
                key, said = _field(value)
                values[key] = said
        yield name, values, at


def _field(message: bytes) -> tuple[str, Any]:
    key: str = ""
    said: Any = None
    for number, value in fields(message):
        if isinstance(value, bytes):
            if number == _KEY:
                key = word(value.decode("utf-8", "replace"), KEY_LENGTH_MAX)
            elif number == _BYTES or number in _TEXTS:
                said = clean(value.decode("utf-8", "replace"))
        elif isinstance(value, float):
            said = value if number == _FRACTION and math.isfinite(value) else said
        elif number == _WHOLE:
            said = signed(value)
        elif number == _UNSIGNED:
            said = value if value < 2**63 else float(value)
        elif number == _FLAG:
            said = bool(value)
    return key, said
