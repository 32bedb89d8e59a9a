"""Stacks of .NET: the newest call first, an inner exception within the outer one."""

from typing import Final

import re2

from tocsin.domain.error_event import Frame, Thrown
from tocsin.domain.stack.text import THROWN_MAX, header, lines, number, thrown

_FRAME: Final = re2.compile(r"\s+at (.+?)(?: in (.+):line (\d+))?$")
_INNER: Final = re2.compile(r"\s*---> (?:\(Inner Exception #\d+\) )?(.*?)(?:<---)?$")
_INNER_END: Final = "--- End of inner exception stack trace ---"
_UNHANDLED: Final = re2.compile(r"Unhandled [Ee]xception[.:] ")
_FOREIGN: Final = ("System.", "Microsoft.", "Interop.", "MS.", "OpenTelemetry.")


def parse(text: str) -> tuple[Thrown, ...]:
    """What was thrown, the inner exception first."""
    done: list[Thrown] = []
    open_: list[tuple[list[str], list[Frame]]] = []
    for line in lines(text):
        bare = line.strip()
        if not bare:
            continue
        if bare == _INNER_END:
            if len(open_) > 1:
                done.append(_one(*open_.pop()))
        elif bare.startswith("---> ") and (found := _INNER.match(line)):
            open_ = open_ or [([""], [])]
            open_.append(([found[1]], []))
        elif found := _FRAME.match(line):
            open_ = open_ or [([""], [])]
            open_[-1][1].append(_frame(found[1], found[2] or "", found[3]))
        elif not open_:
            open_.append(([_UNHANDLED.sub("", bare)], []))
        elif not open_[-1][1] and not bare.startswith("---"):
            open_[-1][0].append(bare)
    done += [_one(*one) for one in reversed(open_)]
    return tuple(done[-THROWN_MAX:])


def _one(said: list[str], frames: list[Frame]) -> Thrown:
    kind, message = header(said[0]) if said[0] else ("", "")
    return thrown(kind, [message, *said[1:]], frames[::-1])


def _frame(call: str, path: str, line: str | None) -> Frame:
    name = call.partition("(")[0]
    module, dot, function = name.rpartition(".")
    if module.endswith("."):
        module, function = module[:-1], f".{function}"
    return Frame(
        function=function,
        module=module if dot else "",
        filename=path.replace("\\", "/").rpartition("/")[2],
        abs_path=path,
        line=number(line),
        in_app=not name.startswith(_FOREIGN),
    )
