"""Rows as aligned columns, for people."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from tocsin.kernel.units import SECOND

_GAP: Final = "  "


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows below a head in capitals, each column as wide as its widest cell."""
    lines = [[each.upper() for each in head], *rows]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        _GAP.join(
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    """Columns of a terminal: wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def day(instant: int, never: str = "never") -> str:
    """An instant in ms as minutes in UTC; 0 is `never`."""
    if not instant:
        return never
    return datetime.fromtimestamp(instant / SECOND, UTC).strftime("%Y-%m-%d %H:%M")
