"""JavaScript's stacks: what browser SDKs normalise, and the natural forms of engines behind it."""

import re
from typing import Final

from tocsin.domain.error_event import Frame, Thrown
from tocsin.domain.stack.text import header, thrown

FRAMES_MAX: Final = 250
LINE_LENGTH_MAX: Final = 2048
_POSITION: Final = re.compile(r"(?::(\d{1,9}))?(?::(\d{1,9}))?$")
_CAUSE: Final = re.compile(r"\n[ \t]*(?:\[cause\]|Caused by): ")
_HEADER: Final = re.compile(
    r"(?:Uncaught )?[A-Za-z_$][\w$.]*(?:Error|Exception|Warning)?(?: \[\w+\])?: "
)
_ANONYMOUS: Final = frozenset({"<anonymous>", "?", "anonymous"})
_EXTENSIONS: Final = (
    "chrome-extension://",
    "moz-extension://",
    "safari-extension://",
    "safari-web-extension://",
    "ms-browser-extension://",
)
_FOREIGN: Final = ("node_modules/", "bower_components/")


def parse(text: str) -> tuple[Thrown, ...]:
    """What was thrown, the cause first, as Node prints it; only calls that it makes out."""
    found = []
    for part in _CAUSE.split(text):
        lines = part.split("\n")
        at = next((at for at, line in enumerate(lines) if _frame(line.strip())), len(lines))
        said = [line for line in lines[:at] if line.strip()]
        # Node quotes the line that threw above what it threw.
        head = next((n for n, line in enumerate(said) if _HEADER.match(line)), 0)
        kind, message = header(said[head]) if said else ("", "")
        calls = known(lines[at:])
        if calls:
            found.append(
                thrown(kind.removeprefix("Uncaught "), [message, *said[head + 1 :]], calls)
            )
    return tuple(reversed(found))


def frames(stack: str) -> tuple[Frame, ...]:
    """The frames of a stack that has its newest call first, the oldest call first.

    Lines before the first recognised call are the message. Where no line is recognised, each
    line after the first is a call known by its text alone.
    """
    lines = [line[:LINE_LENGTH_MAX].strip() for line in stack.split("\n")]
    lines = [line for line in lines if line][: FRAMES_MAX * 2]
    calls = known(lines)
    if not calls:
        calls = [Frame(function=line[:512]) for line in lines[1 : FRAMES_MAX + 1]][::-1]
    return tuple(calls)


def known(lines: list[str]) -> list[Frame]:
    """The calls among lines, the oldest first."""
    stripped = (
        line[:LINE_LENGTH_MAX].strip().removesuffix(" {") for line in lines[: FRAMES_MAX * 2]
    )
    found = [frame for frame in map(_frame, stripped) if frame is not None]
    return found[:FRAMES_MAX][::-1]


def _frame(line: str) -> Frame | None:
    if line.startswith("at "):
        return _at_frame(line[3:].strip())
    function, mark, place = line.rpartition("@")
    if not mark or ("://" not in place and not _POSITION.search(place)):
        return None
    return _placed(function, place) if _has_position(place) else None


def _at_frame(call: str) -> Frame:
    """`fn @ url:1:2` of the SDK, `fn (url:1:2)` of V8 and Java, or a bare place."""
    function, mark, place = call.rpartition(" @ ")
    if mark:
        return _placed(function, place)
    if call.endswith(")") and "(" in call:
        function, _, place = call[:-1].rpartition("(")
        if place and (_has_position(place) or "://" in place or "." in place):
            return _placed(function, place)
        return Frame(function=call[:512])
    return _placed("", call) if _has_position(call) else Frame(function=call[:512])


def _has_position(place: str) -> bool:
    found = _POSITION.search(place)
    return found is not None and found.group(1) is not None


def _placed(function: str, place: str) -> Frame:
    found = _POSITION.search(place)
    line, column = (found.group(1), found.group(2)) if found else (None, None)
    url = place[: found.start()] if found else place
    return Frame(
        function=_function(function),
        filename=url[:1024],
        abs_path=url[:1024],
        line=int(line or 0),
        column=int(column or 0),
        in_app=not url.startswith(_EXTENSIONS) and not any(part in url for part in _FOREIGN),
    )


def _function(name: str) -> str:
    """A call's name without the arguments an old engine prints behind it."""
    name = name.strip().removeprefix("async ").removeprefix("new ")
    if name.endswith(")") and "(" in name:
        name = name[: name.index("(")].rstrip()
    return "" if name in _ANONYMOUS else name[:512]
