"""What the parsers of stacks share."""

from collections.abc import Iterable, Sequence
from typing import Final

from tocsin.domain.error_event import Frame, Thrown

TEXT_LENGTH_MAX: Final = 256 * 1024
LINE_LENGTH_MAX: Final = 2048
LINES_MAX: Final = 4000
FRAMES_MAX: Final = 250
THROWN_MAX: Final = 50
NAME_LENGTH_MAX: Final = 512
VALUE_LENGTH_MAX: Final = 8192


def lines(text: str) -> list[str]:
    """A stack's lines without line ends, cut to bounds."""
    cut = text[:TEXT_LENGTH_MAX].split("\n")[:LINES_MAX]
    return [line[:LINE_LENGTH_MAX].rstrip() for line in cut]


def number(digits: str | None) -> int:
    """A line or a column; 0 for none."""
    return int(digits) if digits and len(digits) <= 9 else 0


def thrown(kind: str, value: Iterable[str], frames: Sequence[Frame]) -> Thrown:
    """One exception; `frames` run from the oldest call to the one that threw."""
    message = "\n".join(value).strip()
    return Thrown(
        type=kind.strip()[:NAME_LENGTH_MAX],
        value=message[:VALUE_LENGTH_MAX],
        frames=tuple(frames[-FRAMES_MAX:]),
    )


def header(line: str) -> tuple[str, str]:
    """`Type: message` as both; a line of another form is all message."""
    kind, mark, message = line.strip().partition(": ")
    if not mark:
        kind, message = line.strip().removesuffix(":"), ""
    is_name = bool(kind) and not any(each.isspace() for each in kind) and not kind[0].isdigit()
    return (kind, message) if is_name else ("", line.strip())
