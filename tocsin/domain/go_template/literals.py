"""The values that are written into a template: numbers, characters and quoted text."""

import re
from typing import Final

WHOLE_MIN: Final = -(1 << 63)
WHOLE_MAX: Final = (1 << 63) - 1

_ESCAPE: Final = re.compile(
    r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))",
    re.DOTALL,
)
_SIMPLE: Final = dict(zip("abfnrtv\\'\"", "\a\b\f\n\r\t\v\\'\"", strict=True))
_SURROGATES: Final = range(0xD800, 0xE000)
_CODE_MAX: Final = 0x10FFFF


def number(written: str) -> int | float:
    """A number as Go writes it: `0x1f`, `017`, `1_000`, `1e3`. Raises ValueError."""
    plain = written.replace("_", "")
    body = plain.lstrip("+-").lower()
    if body.startswith(("0x", "0o", "0b")):
        return _whole(int(plain, 0))
    if not any(mark in body for mark in ".e"):
        octal = len(body) > 1 and body.startswith("0")
        return _whole(int(plain, 8 if octal else 10))
    value = float(plain)
    if value in (float("inf"), float("-inf")):
        raise ValueError(written)
    return value


def character(written: str) -> int:
    """The code of a character in single quotes. Raises ValueError."""
    text = unquoted(written)
    if len(text) != 1:
        raise ValueError(written)
    return ord(text)


def unquoted(written: str) -> str:
    """Text in quotes, its escapes resolved. Raises ValueError for an escape Go doesn't know."""
    quote = written[0]
    other = "'" if quote == '"' else '"'
    return _ESCAPE.sub(lambda found: _unescaped(found, other), written[1:-1])


def _whole(value: int) -> int:
    if not WHOLE_MIN <= value <= WHOLE_MAX:
        raise ValueError(value)
    return value


def _unescaped(found: "re.Match[str]", other_quote: str) -> str:
    simple, byte, short, long, octal, _ = found.groups()
    if simple and simple != other_quote:
        return _SIMPLE[simple]
    digits = byte or short or long
    code = int(digits, 16) if digits else int(octal, 8) if octal else -1
    if not 0 <= code <= _CODE_MAX or code in _SURROGATES:
        raise ValueError(found.group())
    return chr(code)
