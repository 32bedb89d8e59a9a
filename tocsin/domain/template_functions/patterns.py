"""Functions about patterns, which run in linear time."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import re2

from tocsin.domain.go_template.failure import FunctionError
from tocsin.domain.go_template.functions import Library
from tocsin.domain.template_functions.size import check_text

PATTERNS: Final = Library()
PATTERN_LENGTH_MAX: Final = 2048
PATTERN_MEMORY_MAX: Final = 1 << 20
REMEMBERED_MAX: Final = 256
_SPECIAL: Final = frozenset("\\.+*?()|[]{}^$")


@lru_cache(REMEMBERED_MAX)
def _compiled(pattern: str) -> Any:
    if len(pattern) > PATTERN_LENGTH_MAX:
        raise FunctionError(f"a pattern must have at most {PATTERN_LENGTH_MAX} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY_MAX
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        problem = error.args[0] if error.args else error
        shown = problem.decode("utf-8", "replace") if isinstance(problem, bytes) else str(problem)
        raise FunctionError(f"bad pattern: {shown[:200]}") from None


@PATTERNS.add("regexMatch mustRegexMatch", '{{regexMatch "^web-[0-9]+$" "web-1"}}', "true")
def match(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text."""
    return _compiled(pattern).search(text) is not None


@PATTERNS.add("regexFind mustRegexFind", '{{regexFind "[0-9]+" "load 91"}}', "91")
def find(pattern: str, text: str) -> str:
    """The first place the pattern is found at, empty where it is not."""
    found = _compiled(pattern).search(text)
    return str(found.group()) if found else ""


@PATTERNS.add("regexFindAll mustRegexFindAll", '{{regexFindAll "[0-9]" "a1b2" -1}}', "[1 2]")
def find_all(pattern: str, text: str, count: int) -> list[str]:
    """The places the pattern is found at, at most that many; -1 is all."""
    return [found.group() for found in _found(pattern, text, count)]


@PATTERNS.add(
    "regexReplaceAll mustRegexReplaceAll",
    '{{regexReplaceAll "([0-9]+)ms" "5ms" "${1} ms"}}',
    "5 ms",
)
def replace_all(pattern: str, text: str, new: str) -> str:
    """The text with what matches replaced; ${1} and ${name} stand for groups."""
    return _replaced(pattern, text, new, expands=True)


@PATTERNS.add(
    "regexReplaceAllLiteral mustRegexReplaceAllLiteral",
    '{{regexReplaceAllLiteral "[0-9]+" "disk 1" "$1"}}',
    "disk $1",
)
def replace_all_literally(pattern: str, text: str, new: str) -> str:
    """The text with what matches replaced by just these characters."""
    return _replaced(pattern, text, new, expands=False)


@PATTERNS.add("regexSplit mustRegexSplit", '{{regexSplit " *, *" "a , b" -1}}', "[a b]")
def split(pattern: str, text: str, count: int) -> list[str]:
    """The parts between what matches, at most that many; -1 is all."""
    if not count or not text:
        return [text] if count and pattern else []
    parts: list[str] = []
    start = end = 0
    for found in _found(pattern, text, -1):
        if len(parts) == count - 1:
            break
        end = found.start()
        if found.end():
            parts.append(text[start:end])
        start = found.end()
    return parts if end == len(text) else [*parts, text[start:]]


@PATTERNS.add("regexQuoteMeta", '{{regexQuoteMeta "1.2"}}', "1\\.2")
def quote_meta(text: str) -> str:
    """The text as a pattern that matches just this text."""
    return "".join(f"\\{each}" if each in _SPECIAL else each for each in text)


def _found(pattern: str, text: str, count: int) -> Sequence[Any]:
    found: list[Any] = []
    for each in _compiled(pattern).finditer(text):
        if 0 <= count <= len(found):
            break
        found.append(each)
    return found


_REFERENCE: Final = re2.compile(r"\$(?:(\w+)|\{(\w+)\}|(\$))")


def _replaced(pattern: str, text: str, new: str, *, expands: bool) -> str:
    parts, position, size = [], 0, len(text)
    for found in _found(pattern, text, -1):
        expanded = _expanded(new, found) if expands else new
        size += len(expanded)
        check_text(size)
        parts += [text[position : found.start()], expanded]
        position = found.end()
    return "".join([*parts, text[position:]])


def _expanded(new: str, found: Any) -> str:
    def group(reference: Any) -> str:
        if reference.group(3):
            return "$"
        name = reference.group(1) or reference.group(2)
        try:
            return found.group(int(name) if name.isdigit() else name) or ""
        except (IndexError, KeyError, re2.error):
            return ""

    return str(_REFERENCE.sub(group, new))
