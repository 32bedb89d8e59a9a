"""The words of a text, as full-text search knows them: the same on every database.

A word is a run of letters and digits, case-folded. Scripts that write no blanks between words
(Chinese, Japanese) are taken in overlapping pairs of characters, so that any part of them is found.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

INDEXED_MAX: Final = 200
LENGTH_MAX: Final = 40
UNSPACED: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN: Final = re.compile(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+")
_PLAIN: Final = re.compile(rf"([a-z0-9]{{1,{LENGTH_MAX}}})[a-z0-9]*")
_UNSPACED: Final = re.compile(rf"[{UNSPACED}]")


def indexed(texts: Iterable[str]) -> list[str]:
    """What texts are found by: their first 200 different words."""
    found: dict[str, None] = {}
    for text in texts:
        folded = text.casefold()
        # Most texts are ASCII, and every event has a dozen.
        words = _PLAIN.findall(folded) if folded.isascii() else _words(folded)
        found.update(dict.fromkeys(words))
        if len(found) >= INDEXED_MAX:
            break
    return list(found)[:INDEXED_MAX]


def _words(folded: str) -> Iterator[str]:
    for run in _RUN.findall(folded):
        if _UNSPACED.match(run):
            yield from _pairs(run)
            # Alone too, so that every single character begins something.
            yield run[-1]
        else:
            yield run[:LENGTH_MAX]


def wanted(query: str) -> list[str]:
    """What a query looks for: each must begin a word of the text."""
    found: dict[str, None] = {}
    for run in _RUN.findall(query.casefold()):
        for word in _pairs(run) if _UNSPACED.match(run) else (run[:LENGTH_MAX],):
            found[word] = None
    return list(found)


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]
