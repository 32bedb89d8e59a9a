"""Fingerprint rules: what an application groups by instead of what is calculated.

A rule a line, `#` begins a comment:

    error.type:DatabaseDown stack.module:shop.db* -> database-down
    message:"payment * refused" -> {{ default }}, {{ tags.tenant }} title="Payment refused"

The first rule whose matchers all hold decides. Behind `->` stand the parts to group by; a name in
double braces stands for what the event has there. What `title` says becomes the issue's message.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from tocsin.domain.error_event import ErrorEvent, Frame, Thrown
from tocsin.domain.error_matcher import (
    CHAIN_MAX,
    QUOTED,
    Looked,
    Matchers,
    Ruleset,
    Standing,
    holds,
    read,
    unquoted,
)
from tocsin.domain.parameterise import parameterise
from tocsin.kernel.errors import InvalidParameter

TEXT_LENGTH_MAX: Final = 32 * 1024
RULES_MAX: Final = 100
PARTS_MAX: Final = 32
DEFAULT: Final = "default"

_NAMES: Final = (
    *(DEFAULT, "transaction", "error.type", "error.value", "message", "logger", "level"),
    *("stack.function", "stack.abs_path", "stack.filename", "stack.module", "stack.package"),
)
_SHORT: Final = {
    "type": "error.type",
    "value": "error.value",
    "function": "stack.function",
    "path": "stack.abs_path",
    "filename": "stack.filename",
    "module": "stack.module",
    "package": "stack.package",
}
_VARIABLE: Final = re.compile(r"\{\{\s*([^\s{}]+)\s*\}\}")
_PART: Final = re.compile(rf"title=({QUOTED}|\S+)|({QUOTED})|((?:\{{\{{[^{{}}]*\}}\}}|[^\s,])+)")


class FingerprintRule(Struct, frozen=True):
    """One rule; `text` is its line as written, `parts` and `title` may hold variables."""

    text: str
    matchers: Matchers
    parts: tuple[str, ...]
    title: str = ""


@lru_cache(256)
def parse(text: str) -> Ruleset[FingerprintRule]:
    """The rules of a text, in order. Raises InvalidParameter naming the line that is no rule."""
    if len(text) > TEXT_LENGTH_MAX:
        raise InvalidParameter(
            "the rules may have at most {maximum} characters", maximum=TEXT_LENGTH_MAX
        )
    lines = [(at, line.strip()) for at, line in enumerate(text.splitlines(), 1)]
    rules = tuple(_rule(line, at) for at, line in lines if line and not line.startswith("#"))
    if len(rules) > RULES_MAX:
        raise InvalidParameter("there may be at most {maximum} rules", maximum=RULES_MAX)
    return Ruleset(rules)


def deciding(
    rules: Ruleset[FingerprintRule], event: ErrorEvent, standings: Sequence[Standing]
) -> FingerprintRule | None:
    """The first rule that means an event, None where none does."""
    looked = Looked(event)
    for rule in rules.candidates(event.exceptions[-CHAIN_MAX:]):
        if holds(looked, standings, rule.matchers):
            return rule
    return None


def is_default(part: str) -> bool:
    """Whether a part stands for what is calculated."""
    named = _VARIABLE.fullmatch(part.strip())
    return named is not None and named[1] == DEFAULT


def filled(part: str, event: ErrorEvent, frame: Frame | None) -> str:
    """A part with its variables replaced; `frame` is the application's own that is nearest the
    crash."""
    return _VARIABLE.sub(lambda named: _value(named[1], event, frame), part)


def _rule(line: str, at: int) -> FingerprintRule:
    matchers, end = read(line, 0, at)
    if not line.startswith("->", end):
        problem = line[end:].split("->")[0].strip() or line
        raise InvalidParameter(
            "line {line}: expected matcher:pattern and then ->, found {value}",
            line=at,
            value=problem,
        )
    if not matchers:
        raise InvalidParameter("line {line}: a rule needs a matcher before ->", line=at)
    parts, title = _parts(line[end + 2 :])
    if not parts:
        raise InvalidParameter("line {line}: nothing stands behind ->", line=at)
    if len(parts) > PARTS_MAX:
        raise InvalidParameter(
            "line {line}: a fingerprint may have at most {maximum} parts",
            line=at,
            maximum=PARTS_MAX,
        )
    for named in _VARIABLE.finditer("\n".join((*parts, title))):
        _check(named[1], at)
    return FingerprintRule(line, matchers, tuple(parts), title)


def _parts(text: str) -> tuple[list[str], str]:
    parts: list[str] = []
    title = ""
    for found in _PART.finditer(text):
        if found[1]:
            title = unquoted(found[1])
        else:
            parts.append(unquoted(found[2] or found[3]))
    return parts, title


def _check(name: str, at: int) -> None:
    if name not in _NAMES and name not in _SHORT and not name.startswith("tags."):
        raise InvalidParameter(
            "line {line}: {value} is no variable; use one of {expected}",
            line=at,
            value=name,
            expected=" | ".join((*_NAMES, "tags.NAME")),
        )


def _value(name: str, event: ErrorEvent, frame: Frame | None) -> str:
    name = _SHORT.get(name, name)
    if name.startswith("stack."):
        return _of_frame(name, frame) if frame else f"<no-{name.removeprefix('stack.')}>"
    if name.startswith("tags."):
        tag = name.removeprefix("tags.")
        return event.tags.get(tag) or f"<no-value-for-tag-{tag}>"
    outermost = event.exceptions[-1] if event.exceptions else Thrown()
    values = {
        "transaction": event.transaction or "<no-transaction>",
        "error.type": outermost.type or "<no-type>",
        "error.value": parameterise(outermost.value) or "<no-value>",
        "message": parameterise(event.message or outermost.value) or "<no-message>",
        "logger": event.logger or "<no-logger>",
        "level": event.level,
    }
    return values.get(name, "{{ " + name + " }}")


def _of_frame(name: str, frame: Frame) -> str:
    match name:
        case "stack.function":
            return frame.function or "<no-function>"
        case "stack.abs_path":
            return frame.abs_path or frame.filename or "<no-abs-path>"
        case "stack.filename":
            return frame.filename or frame.abs_path or "<no-filename>"
        case _:
            return frame.module or "<no-module>"
