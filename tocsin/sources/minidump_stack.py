"""The calls of a thread in a minidump: where it stood, and the callers that frame pointers lead to.

Callers of code that was compiled without frame pointers are not guessed from what lies on the stack.
"""

import struct
from collections.abc import Callable
from typing import Final

from msgspec import Struct

CALLS_MAX: Final = 128
_POINTER: Final = 0x0000_FFFF_FFFF_FFFF
"""Without the bits that some processors sign a return address with."""


class Memory(Struct, frozen=True):
    """A piece of memory and where it lay."""

    start: int
    content: bytes

    def word(self, at: int, size: int) -> int | None:
        """The number at an address, None outside."""
        place = at - self.start
        if not 0 <= place <= len(self.content) - size:
            return None
        return int.from_bytes(self.content[place : place + size], "little")


class Context(Struct, frozen=True):
    """Where a processor's registers stand in a thread's context; -1 for one it has not."""

    width: int
    program: int
    frame: int
    link: int = -1


CONTEXTS: Final = {
    0: Context(4, 0xB8, 0xB4),
    5: Context(4, 64, 48, 60),
    9: Context(8, 0xF8, 0xA0),
    12: Context(8, 264, 240, 248),
    0x8003: Context(8, 264, 240, 248),
}
"""By the number of the processor: x86, ARM, x86-64, and ARM64 as Windows and as Breakpad name it."""


def calls(cpu: Context, context: bytes, stack: Memory, known: Callable[[int], bool]) -> list[int]:
    """Addresses of a thread's calls, the newest first; callers only where `known`."""

    def register(at: int) -> int:
        inside = 0 <= at <= len(context) - cpu.width
        return struct.unpack_from("<Q" if cpu.width == 8 else "<I", context, at)[0] if inside else 0

    program, frame, link = map(register, (cpu.program, cpu.frame, cpu.link))
    found = [program & _POINTER] if program else []
    if known(link & _POINTER):
        found.append(link & _POINTER)
    while len(found) < CALLS_MAX:
        above, back = stack.word(frame, cpu.width), stack.word(frame + cpu.width, cpu.width)
        if above is None or back is None or not known(back & _POINTER):
            break
        if found[-1:] != [back & _POINTER]:
            found.append(back & _POINTER)
        if above <= frame:
            break
        frame = above
    return found
