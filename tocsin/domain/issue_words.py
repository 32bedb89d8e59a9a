"""What issues are found by: the words they say, and values of what is known of them.

A word of a compound name counts too: `PaymentDeclined` is found by `declined`.
"""

import re
from typing import Final

from msgspec import Struct

from tocsin.domain import full_text
from tocsin.kernel.text import fold

KEY_LENGTH_MAX: Final = 128
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# No word begins with it, so that words and values can stand in one list.
_MARK: Final = "="


class Key(Struct, frozen=True):
    """What leads to issues: a whole word or value, or with `is_start` the start of one."""

    text: str
    is_start: bool = False


def said(error_type: str, message: str) -> list[str]:
    """The words of an issue."""
    apart = (_HUMP.sub(" ", text) for text in (error_type, message))
    return full_text.indexed((error_type, message, *apart))


def valued(field: str, value: str) -> Key:
    """What leads to issues of which a field has a value."""
    return Key(_cut(f"{_MARK}{field}{_MARK}{fold(value)}"))


def begun(field: str, start: str) -> Key:
    """What leads to issues of which a field has a value that begins so."""
    return Key(_cut(f"{_MARK}{field}{_MARK}{start.casefold().lstrip()}"), is_start=True)


def begun_words(text: str) -> list[Key]:
    """What leads to issues with words that begin as those of a text; each does."""
    return [Key(word, is_start=True) for word in full_text.wanted(text)]


def _cut(key: str) -> str:
    return key[:KEY_LENGTH_MAX]
