r"""Paths into JSON text: the part of GJSON's language that names one place or gathers a list.

`a.b.0.c` goes down by names and positions; `a.#` counts a list and `a.#.b` gathers a member of
each; `*` and `?` in a name stand for any text or character; `a.#(b=="x").c` takes the first item
whose member compares, `a.#(b>5)#.c` all of them, with `==`, `!=`, `<`, `<=`, `>`, `>=`, `%` (like)
or `!%`. A backslash takes the meaning of the next character away. Modifiers (`@…`), literals
(`!…`), multipaths (`{…}`, `[…]`), queries inside queries and JSON lines (`..`) are not understood.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct

from tocsin.domain.filter import Pattern, compile_pattern

LENGTH_MAX: Final = 500
STEPS_MAX: Final = 30
_GATHERED_MAX: Final = 1000
_QUERY: Final = re.compile(
    r"(?s)(?P<member>.*?)\s*(?P<sign>==|!=|<=|>=|!%|<|>|%|=)\s*(?P<value>.*)"
)
_MISSING: Final = object()


class _Name(Struct, frozen=True):
    """A member by its name, or an item by its position; `pattern` where it has wildcards."""

    text: str
    pattern: Pattern | None = None


class _Each(Struct, frozen=True):
    """`#`: every item of a list; at the end of a path their count."""


class _Where(Struct, frozen=True):
    """`#(…)`: the first item that compares, or `every` one."""

    path: tuple["_Step", ...]
    sign: str
    value: Any
    every: bool


_Step: TypeAlias = _Name | _Each | _Where


def find(document: str, path: str) -> str:
    """The text at a path; "" where the document is no JSON, the path leads nowhere or to null.

    What is no text is given as JSON.
    """
    try:
        found = _walk(msgspec.json.decode(document), parse(path))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return ""
    if found is _MISSING or found is None:
        return ""
    return found if isinstance(found, str) else msgspec.json.encode(found).decode()


@lru_cache(1024)
def parse(path: str) -> tuple[_Step, ...]:
    """The steps of a path; ValueError says what cannot be understood."""
    if not 0 < len(path) <= LENGTH_MAX:
        raise ValueError(f"a path has 1 to {LENGTH_MAX} characters")
    steps = tuple(map(_step, _parts(path)))
    if len(steps) > STEPS_MAX:
        raise ValueError(f"a path has at most {STEPS_MAX} steps")
    return steps


def _parts(path: str) -> Iterator[str]:
    """The path cut at dots and bars that stand outside queries, quotes and escapes."""
    part, depth, quoted, escaped = "", 0, False, False
    for each in path:
        if not escaped and not quoted and depth == 0 and each in ".|":
            yield part
            part = ""
            continue
        part += each
        if escaped:
            escaped = False
        elif each == "\\":
            escaped = True
        elif each == '"' and depth:
            quoted = not quoted
        elif not quoted:
            depth += {"(": 1, ")": -1}.get(each, 0) if part.startswith("#(") else 0
    if depth or quoted:
        raise ValueError("a query is not closed")
    yield part


def _step(part: str) -> _Step:
    if not part:
        raise ValueError("a step between two dots is empty")
    if part == "#":
        return _Each()
    if part.startswith("#("):
        return _query(part)
    if part[0] in "@!{[":
        raise ValueError(f"{part[0]} at the start of a step is not understood")
    return _name(part)


def _query(part: str) -> _Where:
    every = part.endswith(")#")
    body = part[2:-2] if every else part[2:-1]
    found = _QUERY.fullmatch(body)
    if found is None or not part.endswith((")", ")#")):
        raise ValueError("a query is #(member==value) or #(member==value)#")
    if "#(" in body:
        raise ValueError("a query inside a query is not understood")
    value = found["value"]
    try:
        wanted = msgspec.json.decode(value)
    except msgspec.DecodeError:
        wanted = value
    sign = {"=": "=="}.get(found["sign"], found["sign"])
    return _Where(parse(found["member"]) if found["member"] else (), sign, wanted, every)


def _name(part: str) -> _Name:
    text = re.sub(r"(?s)\\(.)", r"\1", part)
    wild = re.search(r"[*?]", re.sub(r"(?s)\\.", "", part))
    return _Name(text, _wildcard(part) if wild else None)


@lru_cache(1024)
def _wildcard(text: str) -> Pattern:
    """`*` any text, `?` any character, and a backslash for themselves; runs in linear time."""
    pattern, escaped = "", False
    for each in text:
        if not escaped and each == "\\":
            escaped = True
            continue
        pattern += ("" if escaped else {"*": ".*", "?": "."}.get(each, "")) or re.escape(each)
        escaped = False
    return compile_pattern(f"(?s)^(?:{pattern})$")


def _walk(value: Any, steps: tuple[_Step, ...]) -> Any:
    for position, step in enumerate(steps):
        if isinstance(step, _Each):
            return _gathered(value, steps[position + 1 :])
        if isinstance(step, _Where):
            items = [item for item in _items(value) if _compares(item, step)]
            if step.every:
                return _gathered(items, steps[position + 1 :]) if steps[position + 1 :] else items
            value = items[0] if items else _MISSING
        else:
            value = _member(value, step)
        if value is _MISSING:
            break
    return value


def _gathered(value: Any, rest: tuple[_Step, ...]) -> Any:
    """The count of a list, or what the rest of the path finds in each of its items."""
    if not isinstance(value, list):
        return _MISSING
    if not rest:
        return len(value)
    found = (_walk(item, rest) for item in _items(value))
    return [one for one in found if one is not _MISSING]


def _items(value: Any) -> list[Any]:
    return value[:_GATHERED_MAX] if isinstance(value, list) else []


def _member(value: Any, step: _Name) -> Any:
    if isinstance(value, dict):
        if step.pattern is None:
            return value.get(step.text, _MISSING)
        return next((one for name, one in value.items() if step.pattern.search(name)), _MISSING)
    if isinstance(value, list) and step.text.isdecimal() and len(step.text) < 10:
        position = int(step.text)
        return value[position] if position < len(value) else _MISSING
    return _MISSING


def _compares(item: Any, query: _Where) -> bool:
    found = _walk(item, query.path)
    if found is _MISSING:
        return False
    if query.sign in ("%", "!%"):
        like = isinstance(found, str) and _wildcard(str(query.value)).search(found) is not None
        return like is (query.sign == "%")
    compare = _SIGNS[query.sign]
    numbers = (int, float)
    if isinstance(found, numbers) and isinstance(query.value, numbers):
        return compare(found, query.value)
    if isinstance(found, str) and isinstance(query.value, str):
        return compare(found, query.value)
    return (found == query.value) is (query.sign == "==") and query.sign in ("==", "!=")


_SIGNS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": lambda found, wanted: found == wanted,
    "!=": lambda found, wanted: found != wanted,
    "<": lambda found, wanted: found < wanted,
    "<=": lambda found, wanted: found <= wanted,
    ">": lambda found, wanted: found > wanted,
    ">=": lambda found, wanted: found >= wanted,
}
