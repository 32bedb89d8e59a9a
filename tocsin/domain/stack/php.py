"""PHP's uncaught exceptions: the newest call first, the previous exception before the next.

A numbered line says where a function was called, so that each place belongs to the function of
the line below it. OpenTelemetry's PHP prints in Java's manner instead.
"""

from typing import Final

import re2

from tocsin.domain.error_event import Frame, Thrown
from tocsin.domain.stack import java
from tocsin.domain.stack.text import THROWN_MAX, header, lines, number, thrown

_CALL: Final = re2.compile(r"#\d+ (?:(.+)\((\d+)\): |\[internal function\]: )?(.*)$")
_HEAD: Final = re2.compile(r"(?:.*Uncaught )?(.*?) in (\S.*?):(\d+)$")
_LINK: Final = "Next "
_TRACE: Final = "Stack trace:"
_FOREIGN: Final = ("/vendor/",)
_TOP: Final = "{main}"


def parse(text: str) -> tuple[Thrown, ...]:
    """What was thrown, the previous one first."""
    if "#0 " not in text:
        return java.parse(text)
    chain: list[tuple[list[str], list[tuple[str, str, str]]]] = []
    for line in lines(text):
        bare = line.strip()
        if found := _CALL.match(bare):
            chain = chain or [([], [])]
            chain[-1][1].append((found[1] or "", found[2] or "", found[3]))
        elif not bare or bare == _TRACE or bare.startswith("thrown in "):
            continue
        elif not chain or (chain[-1][1] and bare.startswith(_LINK)):
            chain.append(([bare.removeprefix(_LINK)], []))
        elif not chain[-1][1]:
            chain[-1][0].append(bare)
    return tuple(_one(said, calls) for said, calls in chain[-THROWN_MAX:])


def _one(said: list[str], calls: list[tuple[str, str, str]]) -> Thrown:
    whole = " ".join(said)
    found = _HEAD.match(whole)
    kind, message = header(found[1] if found else whole)
    at_path, at_line = (found[2], found[3]) if found else ("", "")
    frames = []
    for path, line, call in calls:
        frames.append(_frame(at_path, at_line, call))
        at_path, at_line = path, line
    return thrown(kind, [message], frames[::-1])


def _frame(path: str, line: str, call: str) -> Frame:
    name = call.partition("(")[0]
    module, mark, function = name.replace("->", "::").rpartition("::")
    return Frame(
        function=function if mark else name,
        module="" if name == _TOP else module,
        filename=path,
        abs_path=path,
        line=number(line),
        in_app=bool(path) and not any(part in path for part in _FOREIGN),
    )
