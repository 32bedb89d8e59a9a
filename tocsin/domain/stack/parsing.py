"""A stack of any language as what was thrown."""

from collections.abc import Callable
from typing import Final

import re2
from msgspec.structs import replace

from tocsin.domain.error_event import Thrown
from tocsin.domain.stack import dotnet, go, java, javascript, php, python, ruby, rust
from tocsin.domain.stack.text import TEXT_LENGTH_MAX

Parser = Callable[[str], tuple[Thrown, ...]]

PARSERS: Final[dict[str, Parser]] = {
    "python": python.parse,
    "java": java.parse,
    "go": go.parse,
    "rust": rust.parse,
    "php": php.parse,
    "ruby": ruby.parse,
    "javascript": javascript.parse,
    "csharp": dotnet.parse,
}
"""By platform, as events name it."""

_SIGNS: Final = {
    "python": re2.compile(r'(?m)^[ |]*File "[^"]+", line \d'),
    "java": re2.compile(
        r"(?m)^\s+at [^\s(]+\((?:[\w$-]+\.(?:java|kt|scala|groovy)(?::\d+)?|Native Method|Unknown Source)\)",
    ),
    "go": re2.compile(r"(?m)^goroutine \d+ \["),
    "rust": re2.compile(r"(?m)^(?:stack backtrace:|thread '[^']*'.* panicked at )"),
    "php": re2.compile(r"(?m)^\s*#0 "),
    "ruby": re2.compile(r"(?m):\d+:in [`']"),
    "javascript": re2.compile(r"(?m)(?:^\s*at .*|@[^@]*):\d+:\d+\)?(?: \{)?$"),
    "csharp": re2.compile(r"(?m)^\s+at [^\s(]+\([^()]*\)(?: in .+:line \d+)?\s*$"),
}
"""What only stacks of a language have, the surest first."""


def told(text: str, platform: str, kind: str, value: str) -> tuple[tuple[Thrown, ...], str]:
    """What was thrown, the cause first, and the platform that the stack is of.

    `kind` and `value` are the type and message of the outermost where the sender says them.
    """
    text = text[:TEXT_LENGTH_MAX]
    parser = PARSERS.get(platform)
    chain = parser(text) if parser else ()
    if not _calls(chain) and (guessed := _guessed(text)):
        chain = PARSERS[guessed](text)
        platform = platform or guessed
    if not _calls(chain):
        chain = (Thrown(frames=javascript.frames(text)),) if text.strip() else ()
    outermost = chain[-1] if chain else Thrown()
    said = replace(outermost, type=kind or outermost.type, value=value or outermost.value)
    return (*chain[:-1], said), platform


def _guessed(text: str) -> str:
    return next((platform for platform, sign in _SIGNS.items() if sign.search(text)), "")


def _calls(chain: tuple[Thrown, ...]) -> int:
    return sum(len(one.frames) for one in chain)
