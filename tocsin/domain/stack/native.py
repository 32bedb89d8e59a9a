"""Stacks of native code as the systems of phones print them, the newest call first:

3   Shop    0x0000000104e6f1a0 0x104e50000 + 127392
#03 pc 000000000001f1a0  /data/app/lib/arm64/libshop.so (draw+44) (BuildId: 8f1e…)
"""

from collections.abc import Mapping
from typing import Any, Final

import re2
from msgspec import Struct

from tocsin.domain.artifact import elf_debug_id
from tocsin.domain.error_event import Frame
from tocsin.domain.stack.text import lines

_APPLE: Final = re2.compile(
    r"\s*\d+\s+(\S.*?)\s+0x([0-9a-fA-F]{1,16})\s+(?:0x([0-9a-fA-F]{1,16})|(\S.*?))\s+\+\s+(\d{1,18})\s*$"
)
_ANDROID: Final = re2.compile(
    r"\s*#\d+\s+pc\s+(?:0x)?([0-9a-fA-F]{1,16})\s+(\S+)(?:\s+\(([^()]*(?:\([^()]*\))?[^()]*)\))?"
    r"(?:\s+\(BuildId: ([0-9a-fA-F]{1,64})\))?\s*$"
)
_BUILD: Final = "BuildId: "
_SYSTEM: Final = ("/system/", "/apex/", "/vendor/", "[")


class Image(Struct, frozen=True):
    """A program or a library that was loaded: its debug id, where it lay, and whether it belongs to
    the phone."""

    debug_id: str
    start: int
    is_system: bool


def is_native(text: str) -> bool:
    """Whether a text holds calls of either form."""
    return any(_APPLE.match(line) or _ANDROID.match(line) for line in lines(text))


def frames(text: str, images: Mapping[str, Image]) -> tuple[Frame, ...]:
    """The calls of a text, the oldest first; `images` by name say what Apple's do not."""
    found: list[Frame] = []
    for line in lines(text):
        # A caller's address is where it goes on: what it called stands just before.
        back = 1 if found else 0
        if apple := _APPLE.match(line):
            found.append(_of_apple(apple, images, back))
        elif android := _ANDROID.match(line):
            found.append(_of_android(android, back))
    return tuple(reversed(found))


def _of_apple(said: Any, images: Mapping[str, Image], back: int) -> Frame:
    name, at, start, symbol, offset = said.groups()
    image = images.get(name, Image("", 0, is_system=False))
    within = int(offset) if start else int(at, 16) - image.start if image.start else 0
    return Frame(
        function=symbol or "",
        module=name,
        address=max(0, within - back),
        debug_id=image.debug_id,
        in_app=not image.is_system,
    )


def _of_android(said: Any, back: int) -> Frame:
    at, path, named, build = said.groups()
    if named and named.startswith(_BUILD):
        named, build = "", named.removeprefix(_BUILD)
    return Frame(
        function=(named or "").rpartition("+")[0],
        module=path.rpartition("/")[2],
        abs_path=path,
        address=max(0, int(at, 16) - back),
        debug_id=elf_debug_id(build or ""),
        in_app=not path.startswith(_SYSTEM),
    )
