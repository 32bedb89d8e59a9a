"""Rust's panics and backtraces: the newest call first, numbered, each with its place below it."""

from typing import Final

import re2

from tocsin.domain.error_event import Frame, Thrown
from tocsin.domain.stack.text import lines, number, thrown

_CALL: Final = re2.compile(r"\s*\d+:\s+(?:0x[0-9a-f]+ - )?(\S.*)$")
_PLACE: Final = re2.compile(r"\s+at (.+?):(\d+)(?::(\d+))?$")
_PANIC: Final = re2.compile(r"thread '[^']*'(?: \(\d+\))? panicked at (.*)$")
_OLD: Final = re2.compile(r"'(.*)', (\S+:\d+:\d+)$")
_HASH: Final = re2.compile(r"::h[0-9a-f]{16}$")
_TRACE: Final = "stack backtrace:"
_FOREIGN: Final = ("std::", "core::", "alloc::", "tokio::", "<alloc::", "<core::", "<std::", "__")
_FOREIGN_PLACES: Final = ("/rustc/", "/.cargo/registry/", "/library/std/", "/library/core/")
_MACHINERY: Final = re2.compile(
    r"(?:rust_begin_unwind|__rustc|(?:std|core)::(?:panicking|backtrace|result|option)::|"
    r"std::sys|<std::sys|core::slice::index::|backtrace::|<.* as core::|core::option::)"
)
"""What runs between a call that panics and the backtrace."""


def parse(text: str) -> tuple[Thrown, ...]:
    """What a thread panicked with, and its calls."""
    said: list[str] = []
    calls: list[Frame] = []
    is_trace, is_said = False, False
    for line in lines(text):
        if panic := _PANIC.match(line):
            old = _OLD.match(panic[1])
            said, is_said = ([old[1]] if old else []), old is None
        elif line.strip() == _TRACE:
            is_trace, is_said = True, False
        elif (found := _PLACE.match(line)) and calls:
            calls[-1] = _placed(calls[-1], found[1], found[2], found[3])
        elif (is_trace or not is_said) and (found := _CALL.match(line)):
            calls.append(_called(_HASH.sub("", found[1])))
        elif is_said and not line.startswith("note: "):
            said.append(line)
    first = next((at for at, one in enumerate(calls) if not _is_machinery(one)), 0)
    kind = "panic" if said else ""
    return (thrown(kind, said, calls[first:][::-1]),) if calls or said else ()


def _is_machinery(frame: Frame) -> bool:
    whole = f"{frame.module}::{frame.function}" if frame.module else frame.function
    return _MACHINERY.match(whole) is not None


def _called(name: str) -> Frame:
    module, _, function = name.rpartition("::")
    return Frame(function=function, module=module, in_app=not name.startswith(_FOREIGN))


def _placed(frame: Frame, path: str, line: str, column: str | None) -> Frame:
    return Frame(
        function=frame.function,
        module=frame.module,
        filename=path,
        abs_path=path,
        line=number(line),
        column=number(column),
        in_app=frame.in_app and not any(part in path for part in _FOREIGN_PLACES),
    )
