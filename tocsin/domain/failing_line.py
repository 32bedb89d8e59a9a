"""Which line of an application an exception came from.

The own call nearest the crash says what failed, whatever way led there: the same line that fails
with the same type is one fault, whoever called. A line that throws on purpose may serve many
callers (`raise Missing(name)`), so the own call right before it counts too.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from tocsin.domain.error_event import Frame, Thrown
from tocsin.domain.frame import contribution, line_of
from tocsin.domain.stack_rule import Judged

_THROWS: Final = re.compile(r"(?:^|[\s;{)])(?:raise|throw|panic|die|abort)\b")
_QUOTED: Final = re.compile(r"['\"`](\w{1,64})['\"`]")
_NAME: Final = re.compile(r"[.'\"`](\w+)")
_MESSAGE_LENGTH_MAX: Final = 1024
_REPORTS: Final = re.compile(r"\b(?:[Rr]ecover\w*|[Cc]apture_?(?:[Ee]xception|[Ee]rror))\(")


class Call(Struct, frozen=True):
    """A frame that counts: what it says with its line, where it stands in the stack, and whether it
    is the application's own."""

    frame: Frame
    text: str
    line: str
    place: int
    is_own: bool


def told(thrown: Thrown, judged: Judged, platform: str) -> list[Call]:
    """The frames of an exception that say something and count."""
    found = []
    for place, frame in enumerate(thrown.frames):
        if judged.grouped[place]:
            line = line_of(frame, platform)
            text = contribution(frame, platform, line)
            if text:
                found.append(Call(frame, text, line, place, judged.in_app[place]))
    return found


def origin(calls: Sequence[Call], message: str, platform: str) -> list[str]:
    """What says where an exception came from, the caller first; nothing where no line is known.

    An attribute or key that the message quotes and the line has tells apart what may fail in one line, but in
    pages, as browsers do not say the same.
    """
    own = [call for call in calls if call.is_own]
    while len(own) > 1 and _marks(own[-1].line).reports:
        own.pop()
    if not own or not own[-1].line:
        return []
    last = own[-1]
    if len(own) > 1 and _is_same_function(own[-2].frame, last.frame):
        return [contribution(last.frame, platform, "") or last.text]
    words = [] if platform == "javascript" else _words(message, last.line)
    before = next((call for call in reversed(own) if call.place == last.place - 1), None)
    # Whether one that waits is on the stack is a matter of time.
    is_asked = before is not None and " await " not in f" {before.line}"
    if before is None or not is_asked or not _marks(last.line).throws:
        return [last.text, *words]
    return [before.text, last.text, *words]


def _is_same_function(one: Frame, other: Frame) -> bool:
    place = (other.function, other.module, other.filename)
    return bool(other.function) and (one.function, one.module, one.filename) == place


class _Marks(Struct, frozen=True):
    """What a line of code does about errors, and the attributes and literal keys in it."""

    throws: bool
    reports: bool
    names: frozenset[str]


@lru_cache(8192)
def _marks(line: str) -> _Marks:
    names = frozenset(_NAME.findall(line))
    return _Marks(bool(_THROWS.search(line)), bool(_REPORTS.search(line)), names)


def _words(message: str, line: str) -> list[str]:
    """The words in quotes that are names in the line."""
    quoted = set(_QUOTED.findall(message[:_MESSAGE_LENGTH_MAX]))
    return [f"'{word}'" for word in sorted(quoted & _marks(line).names)]
