"""Stacks of the JVM (Java, Kotlin, Scala), and of what prints in its manner: the newest call
first, what was thrown before its cause."""

from typing import Final

import re2

from tocsin.domain.error_event import Frame, Thrown
from tocsin.domain.stack.text import THROWN_MAX, header, lines, number, thrown

_FRAME: Final = re2.compile(r"\s*at ([^\s(][^(]*)\(([^()]*)\)(?: ~?\[[^\]]*\])?$")
_PLACE: Final = re2.compile(r"([^:]+)(?::(\d+))?$")
_LOADER: Final = re2.compile(r"^[^(]*/")
_UNPLACED: Final = frozenset({"Native Method", "Unknown Source", "<generated>"})
_THREAD: Final = re2.compile(r'Exception in thread "[^"]*" ')
_MORE: Final = re2.compile(r"\s*\.\.\. \d+ (?:more|common frames omitted)$")
_CAUSE: Final = "Caused by: "
_FOREIGN: Final = (
    *("java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala."),
    *("android.", "androidx.", "com.android.", "dalvik.", "groovy.", "org.codehaus.groovy."),
    *("org.springframework.", "org.apache.", "org.junit.", "io.netty.", "io.opentelemetry."),
)


def parse(text: str) -> tuple[Thrown, ...]:
    """What was thrown, the cause first; what was suppressed is left out."""
    chain: list[tuple[list[str], list[Frame]]] = []
    is_suppressed = False
    for line in lines(text):
        bare = line.strip()
        if bare.startswith("Suppressed: "):
            is_suppressed = True
        if line.startswith(_CAUSE):
            is_suppressed = False
            chain.append(([bare.removeprefix(_CAUSE)], []))
        elif is_suppressed or not bare or _MORE.match(line):
            continue
        elif found := _FRAME.match(line):
            chain = chain or [([], [])]
            chain[-1][1].append(_frame(found[1], found[2]))
        elif not chain:
            chain.append(([_THREAD.sub("", bare)], []))
        elif not chain[-1][1]:
            chain[-1][0].append(line)
    return tuple(_one(said, frames) for said, frames in reversed(chain[:THROWN_MAX]))


def _one(said: list[str], frames: list[Frame]) -> Thrown:
    kind, message = header(said[0]) if said else ("", "")
    return thrown(kind, [message, *said[1:]], frames[::-1])


def _frame(call: str, place: str) -> Frame:
    call = _LOADER.sub("", call.strip()) if "\\" not in call else call.strip()
    module, _, function = call.rpartition(".")
    found = None if place in _UNPLACED else _PLACE.match(place)
    return Frame(
        function=function,
        module=module,
        filename=found[1] if found else "",
        line=number(found[2]) if found else 0,
        in_app=not call.startswith(_FOREIGN),
    )
