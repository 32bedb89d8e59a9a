"""The words of a text as likeness counts them, each with its weight.

What changes from one alert to the next is named instead of kept: numbers become `#`, addresses,
hashes, dates and generated names become `<ip>`, `<id>` and the like. `HighCPUUsage`,
`high_cpu_usage` and `High CPU usage` are the same three words, plurals count as singulars, and
scripts that write no blanks are read in pairs of characters. Words that every alert has (`is`,
`on`, `alert`, `critical`) and what was only named weigh a quarter of a word that says something.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from tocsin.domain.parameterise import parameterise

Words: TypeAlias = Mapping[str, float]
"""How much each word of a text weighs, all its places taken together."""

LENGTH_MAX: Final = 2048
REMEMBERED_MAX: Final = 8192
FULL: Final = 1.0
FAINT: Final = 0.25

_NUMBERS: Final = frozenset(("<int>", "<float>"))
_MADE: Final = frozenset(("<hex>", "<hash>", "<uuid>", "<id>", "<traceparent>"))
_COMMON_LINES: Final = (
    "a an and are as at be been by for from has have in is it of on or over than that the this",
    "to under was were will with alert alarm alerting firing resolved triggered problem warning",
    "warn critical info error notice ok severity value threshold 告警 报警 故障 异常 恢复",
)
_COMMON: Final = frozenset(word for line in _COMMON_LINES for word in line.split())
_UNSPACED: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_CHUNK: Final = re.compile(rf"<[a-z]+>|[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_PART: Final = re.compile(r"\d+|[A-Z]+(?![a-z])|[A-Z][a-z]+|[^\W\dA-Z]+|[^\W\d]+")
_MIXED: Final = re.compile(r"[^\W\d]\d+[^\W\d]|\d[^\W\d]+\d")
_MIXED_LENGTH_MIN: Final = 5
_DIGITS_ALIKE: Final = str.maketrans("023456789", "1" * 9)


def words(text: str) -> Words:
    """The words of a text, cut to LENGTH_MAX characters; the same text always gives the same."""
    return _words_of(outline(text))


def outline(text: str) -> str:
    """What texts share that have the same words though they name other numbers: a digit is as
    good as another, but for the 0 that begins a hexadecimal number."""
    cut = text[:LENGTH_MAX]
    return cut if "0x" in cut or "0X" in cut else cut.translate(_DIGITS_ALIKE)


@lru_cache(REMEMBERED_MAX)
def _words_of(text: str) -> Words:
    named = parameterise(" ".join(text.split()))
    counted = Counter(word for chunk in _CHUNK.findall(named) for word in _words(chunk))
    return {word: count * weight(word) for word, count in counted.items()}


def weight(word: str) -> float:
    """What one place of a word counts."""
    return FAINT if word in _COMMON or word == "#" or word.startswith("<") else FULL


def dice(first: Words, second: Words) -> float:
    """How alike two texts are: the weight they share twice, over that of both; 1 for no words."""
    total = sum(first.values()) + sum(second.values())
    if not total:
        return 1.0
    return 2 * sum(min(said, second.get(word, 0.0)) for word, said in first.items()) / total


def _words(chunk: str) -> Iterator[str]:
    if chunk.startswith("<"):
        yield _named(chunk)
    elif re.match(f"[{_UNSPACED}]", chunk):
        yield from (chunk[at : at + 2] for at in range(max(1, len(chunk) - 1)))
    elif len(chunk) >= _MIXED_LENGTH_MIN and _MIXED.search(chunk):
        yield "<id>"
    else:
        yield from (_plain(part) for part in _PART.findall(chunk))


def _named(placeholder: str) -> str:
    if placeholder in _NUMBERS:
        return "#"
    return "<id>" if placeholder in _MADE else placeholder


def _plain(part: str) -> str:
    if part[0].isdigit():
        return "#"
    word = part.casefold()
    is_plural = len(word) > 3 and word.endswith("s") and word[-2] not in "isu"
    return word[:-1] if is_plural else word
