"""Go's goroutine dumps: the newest call first, each on two lines."""

from typing import Final

import re2

from tocsin.domain.error_event import Frame, Thrown
from tocsin.domain.stack.text import lines, number, thrown

_PLACE: Final = re2.compile(r"\s+(\S.*?):(\d+)(?: \+0x[0-9a-f]+)?$")
_GOROUTINE: Final = re2.compile(r"goroutine \d+ .*:$")
_PANIC: Final = re2.compile(r"(?:panic|fatal error): (.*?)(?: \[recovered\])?$")
_FOREIGN: Final = (
    "/pkg/mod/",
    "/vendor/",
    "/usr/local/go/src/",
    "/go/src/runtime/",
    "/libexec/src/",
)
_MACHINERY: Final = ("runtime", "runtime/debug")
"""What runs between a call that panics and the dump."""


def parse(text: str) -> tuple[Thrown, ...]:
    """What the first goroutine of a dump panicked with, and its calls."""
    said, calls = "", list[Frame]()
    call = ""
    is_inside = False
    for line in lines(text):
        if _GOROUTINE.match(line):
            if calls:
                break
            is_inside = True
        elif not is_inside and not said and (found := _PANIC.match(line)):
            said = found[1]
        elif (found := _PLACE.match(line)) and call:
            if not call.startswith("created by "):
                calls.append(_frame(call, found[1], found[2]))
            call = ""
        else:
            call = line
    first = next((at for at, one in enumerate(calls) if not _is_machinery(one)), 0)
    return (thrown("panic" if said else "", [said], calls[first:][::-1]),) if calls or said else ()


def _is_machinery(frame: Frame) -> bool:
    return frame.module in _MACHINERY or (not frame.module and frame.function == "panic")


def _frame(call: str, path: str, line: str) -> Frame:
    name = call[: call.rindex("(")] if call.endswith(")") and "(" in call else call
    folder, slash, last = name.rpartition("/")
    package, _, function = last.partition(".")
    module = f"{folder}{slash}{package}" if function else ""
    is_own = not any(part in path for part in _FOREIGN)
    return Frame(
        function=function or name,
        module=module,
        filename=path,
        abs_path=path,
        line=number(line),
        in_app=is_own and (module == "main" or module not in _MACHINERY),
    )
