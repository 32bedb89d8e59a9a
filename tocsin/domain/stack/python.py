"""Python's tracebacks: the oldest call first, the cause before what came of it."""

from typing import Final

import re2

from tocsin.domain.error_event import Frame, Thrown
from tocsin.domain.stack.text import header, lines, number, thrown

_FRAME: Final = re2.compile(r'\s*File "([^"]+)", line (\d+)(?:, in (.+))?$')
_LINKS: Final = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)
_START: Final = "Traceback (most recent call last):"
_GROUP_START: Final = "Exception Group Traceback (most recent call last):"
_MEMBER: Final = re2.compile(r"\s*\+-[+-]*(?: \d+ -+)?")
_REPEATED: Final = re2.compile(r"\s*\[Previous line repeated \d+ more times?\]$")
_FOREIGN: Final = ("site-packages/", "dist-packages/", "/lib/python3", "\\lib\\", "<frozen ")


def parse(text: str) -> tuple[Thrown, ...]:
    """What was thrown, the cause first; of an exception group the group itself."""
    parts: list[list[str]] = [[]]
    for line in lines(text):
        plain = _without_margin(line)
        if plain is None:
            break
        if plain.strip() in _LINKS:
            parts.append([])
        else:
            parts[-1].append(plain)
    found = [_one(part) for part in parts]
    return tuple(one for one in found if one.frames or one.type)


def _without_margin(line: str) -> str | None:
    """A line without the margin of a group; None where its members begin."""
    bare = line.lstrip()
    if bare.startswith("+ Exception Group Traceback"):
        return bare[2:]
    if bare.startswith("+-") and _MEMBER.fullmatch(line):
        return None
    if bare == "|" or bare.startswith("| "):
        return bare[2:]
    return line


def _one(part: list[str]) -> Thrown:
    frames: list[Frame] = []
    said: list[str] = []
    is_code = False
    for line in part:
        found = _FRAME.match(line)
        if found and not said:
            frames.append(_frame(*found.groups()))
            is_code = True
        elif line.strip() in (_START, _GROUP_START) and not said:
            is_code = False
        elif is_code and line.startswith("    "):
            if not frames[-1].context_line and not _REPEATED.match(line) and not _is_mark(line):
                frames[-1] = _with_code(frames[-1], line.strip())
        elif not _REPEATED.match(line) and (said or line.strip()):
            said.append(line)
            is_code = False
    if not said:
        return thrown("", [], frames)
    kind, message = header(said[0])
    return thrown(kind, [message, *said[1:]], frames)


def _frame(path: str, line: str, function: str | None) -> Frame:
    return Frame(
        function=function or "",
        filename=path,
        abs_path=path,
        line=number(line),
        in_app=not any(part in path for part in _FOREIGN),
    )


def _with_code(frame: Frame, code: str) -> Frame:
    return Frame(
        function=frame.function,
        filename=frame.filename,
        abs_path=frame.abs_path,
        line=frame.line,
        in_app=frame.in_app,
        context_line=code[:512],
    )


def _is_mark(line: str) -> bool:
    """Whether it only points at a part of the line above it."""
    return set(line.strip()) <= {"^", "~"}
