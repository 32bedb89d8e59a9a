"""Ruby's messages with their backtraces: the newest call first, what was raised before its cause."""

from typing import Final

import re2

from tocsin.domain.error_event import Frame, Thrown
from tocsin.domain.stack.text import THROWN_MAX, lines, number, thrown

_FRAME: Final = re2.compile(r"\s*(?:\d+: )?(?:from )?(\S[^:]*|[A-Za-z]:[^:]+):(\d+)(?::in (.*))?$")
_HEAD: Final = re2.compile(r"([^\s:][^:]*):(\d+):in ([`'][^']*'): (.*)$")
_KIND: Final = re2.compile(r"(.*) \(([A-Z][\w:]*)\)$")
_FOREIGN: Final = ("/gems/", "/lib/ruby/", "/rubygems/", "<internal:")


def parse(text: str) -> tuple[Thrown, ...]:
    """What was raised, the cause first."""
    chain: list[tuple[list[str], list[Frame]]] = []
    for line in lines(text):
        if head := _HEAD.match(line):
            chain.append(([head[4]], [_frame(head[1], head[2], head[3])]))
        elif not line.strip():
            continue
        elif found := _FRAME.match(line):
            chain = chain or [([], [])]
            chain[-1][1].append(_frame(*found.groups()))
        elif chain:
            chain[-1][0].append(line)
        else:
            chain.append(([line], []))
    return tuple(_one(said, frames) for said, frames in reversed(chain[:THROWN_MAX]))


def _one(said: list[str], frames: list[Frame]) -> Thrown:
    """The type stands behind the first line of the message that has one."""
    kind = ""
    for at, line in enumerate(said):
        if found := _KIND.match(line):
            said = [*said[:at], found[1], *said[at + 1 :]]
            kind = found[2]
            break
    return thrown(kind, said, frames[::-1])


def _frame(path: str, line: str, function: str | None) -> Frame:
    return Frame(
        function=(function or "").strip("`'"),
        filename=path,
        abs_path=path,
        line=number(line),
        in_app=not any(part in path for part in _FOREIGN),
    )
