"""Minidumps, which Breakpad, Crashpad and Windows write as a program crashes: what of one makes an event.

Of memory only the stacks are looked at. Nothing a dump says of its sizes is believed.
"""

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec import Struct

from tocsin.domain.artifact import elf_debug_id
from tocsin.sources.minidump_reason import reason
from tocsin.sources.minidump_stack import CONTEXTS, Memory, calls
from tocsin.sources.source import Unreadable, clean

MAGIC: Final = b"MDMP"
STREAMS_MAX: Final = 256
MODULES_MAX: Final = 1_000
THREADS_MAX: Final = 32
OTHER_CALLS_MAX: Final = 32
"""Of a thread that did not crash."""
STACK_BYTES_MAX: Final = 1024 * 1024
RECORD_BYTES_MAX: Final = 8 * 1024
NAME_LENGTH_MAX: Final = 512
_THREADS, _MODULES, _EXCEPTION, _SYSTEM = 3, 4, 6, 7
_READ: Final = frozenset({_THREADS, _MODULES, _EXCEPTION, _SYSTEM})
_EXCEPTION_SIZE: Final = 168
_THREAD_SIZE: Final = 48
_MODULE_SIZE: Final = 108
_SYSTEMS: Final = {
    0x2: ("Windows", "pe"),
    0x8101: ("macOS", "macho"),
    0x8102: ("iOS", "macho"),
    0x8201: ("Linux", "elf"),
    0x8203: ("Android", "elf"),
}
_PDB: Final = b"RSDS"
_BUILD_ID: Final = b"LEpB"
_LIBRARIES: Final = re.compile(
    r"(?:.*/)?(?:lib(?:c|m|dl|rt|pthread|stdc\+\+|gcc_s|c\+\+\w*)|ld-linux[\w-]*)[.-]"
)
_SYSTEM_FOLDERS: Final = (
    *("/usr/lib", "/lib", "/system/", "/apex/", "/vendor/", "linux-gate", "linux-vdso"),
    *("c:\\windows\\", "[vdso]"),
)


class Module(Struct, frozen=True):
    """A program or a library, and where it lay."""

    name: str
    debug_id: str
    start: int
    size: int

    @property
    def is_system(self) -> bool:
        is_there = self.name.lower().startswith(_SYSTEM_FOLDERS)
        return is_there or _LIBRARIES.match(self.name) is not None


class Layout:
    """Which module lies where; they come by address."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self._modules = modules
        self._starts = [each.start for each in modules]

    def at(self, address: int) -> Module | None:
        place = bisect_right(self._starts, address) - 1
        found = self._modules[place] if place >= 0 else None
        return found if found and address < found.start + found.size else None


class Dump:
    """A dump that has been checked; Unreadable where it is none."""

    def __init__(self, content: bytes) -> None:
        if not content.startswith(MAGIC):
            raise Unreadable("it is no minidump")
        self._content = content
        number, at = self._unpack("<II", 8)
        self._streams: dict[int, bytes] = {}
        for index in range(min(number, STREAMS_MAX)):
            kind, size, place = self._unpack("<III", at + 12 * index)
            if kind in _READ:
                self._streams.setdefault(kind, self._slice(place, size))
        system = self._streams.get(_SYSTEM, b"")
        if len(system) < 24:
            raise Unreadable("the minidump does not say of what system it is")
        self._cpu = struct.unpack_from("<H", system)[0]
        self.version = ".".join(map(str, struct.unpack_from("<III", system, 8)))
        self.system, self._image_type = _SYSTEMS.get(
            struct.unpack_from("<I", system, 20)[0], ("", "")
        )

    def event(self) -> dict[str, Any]:
        """The crash as the JSON of an event in Sentry's words."""
        modules = sorted(self._modules(), key=lambda each: each.start)
        told, crashed = self._exception(Layout(modules))
        found: dict[str, Any] = {
            "platform": "native",
            "level": "fatal" if told else "info",
            "threads": {"values": self._others(Layout(modules), crashed)},
            "debug_meta": {"images": [self._image(each) for each in modules]},
            "contexts": {"os": {"type": "os", "name": self.system, "version": self.version}},
        }
        if told:
            return found | {"exception": {"values": [told]}}
        return found | {"message": "A minidump of a program that had not crashed"}

    def _modules(self) -> Iterator[Module]:
        for entry in self._entries(_MODULES, _MODULE_SIZE, MODULES_MAX):
            start, size, _, _, name = struct.unpack_from("<QIIII", entry)
            length, place = struct.unpack_from("<II", entry, 76)
            record = self._slice(place, min(length, RECORD_BYTES_MAX))
            yield Module(self._text(name), _debug_id(record), start, size)

    def _exception(self, layout: Layout) -> tuple[dict[str, Any] | None, int]:
        """What happened, and the thread it happened to; (None, 0) for nothing."""
        stream = self._streams.get(_EXCEPTION, b"")
        if len(stream) < _EXCEPTION_SIZE:
            return None, 0
        thread, code, _, _, address, number = struct.unpack_from("<I4xIIQQI", stream)
        extra = struct.unpack_from("<15Q", stream, 40)[: min(number, 15)]
        size, place = struct.unpack_from("<II", stream, 160)
        name = reason(self.system, code, extra)
        if not name:
            return None, thread
        stack = next((memory for key, memory, _ in self._stacks() if key == thread), Memory(0, b""))
        frames = self._frames(stack, self._slice(place, min(size, RECORD_BYTES_MAX)), layout)
        package = frames[-1].get("package", "") if frames else ""
        where = package.replace("\\", "/").rpartition("/")[2] or hex(address)
        told = {
            "type": name,
            "value": f"crashed in {where}",
            "mechanism": {"type": "minidump", "handled": False},
            "stacktrace": {"frames": frames},
        }
        return told, thread

    def _others(self, layout: Layout, crashed: int) -> list[dict[str, Any]]:
        """The threads that went on."""
        return [
            {"id": key, "stacktrace": {"frames": frames[-OTHER_CALLS_MAX:]}}
            for key, memory, context in self._stacks()
            if key != crashed and (frames := self._frames(memory, context, layout))
        ]

    def _stacks(self) -> Iterator[tuple[int, Memory, bytes]]:
        """Each thread with its stack and its registers."""
        for entry in self._entries(_THREADS, _THREAD_SIZE, THREADS_MAX):
            (key,) = struct.unpack_from("<I", entry)
            start, size, place = struct.unpack_from("<QII", entry, 24)
            length, at = struct.unpack_from("<II", entry, 40)
            memory = Memory(start, self._slice(place, min(size, STACK_BYTES_MAX)))
            yield key, memory, self._slice(at, min(length, RECORD_BYTES_MAX))

    def _frames(self, stack: Memory, context: bytes, layout: Layout) -> list[dict[str, Any]]:
        """The calls of a thread, the oldest first, each in its module."""
        cpu = CONTEXTS.get(self._cpu)
        if cpu is None:
            return []
        found = calls(cpu, context, stack, lambda address: layout.at(address) is not None)
        return [_frame(address, layout) for address in reversed(found)]

    def _image(self, module: Module) -> dict[str, Any]:
        return {
            "type": self._image_type,
            "code_file": module.name,
            "debug_id": module.debug_id,
            "image_addr": hex(module.start),
            "image_size": module.size,
        }

    def _entries(self, kind: int, size: int, maximum: int) -> Iterator[bytes]:
        """The entries of a list; some writers align it to eight bytes."""
        stream = self._streams.get(kind, b"")
        if len(stream) < 4:
            return
        (number,) = struct.unpack_from("<I", stream)
        number = min(number, (len(stream) - 4) // size)
        begin = 8 if len(stream) == 8 + number * size else 4
        for index in range(min(number, maximum)):
            yield stream[begin + index * size : begin + (index + 1) * size]

    def _text(self, place: int) -> str:
        """A text: its length in bytes, then UTF-16."""
        if place + 4 > len(self._content):
            return ""
        (size,) = self._unpack("<I", place)
        raw = self._slice(place + 4, min(size, 2 * NAME_LENGTH_MAX))
        return clean(raw.decode("utf-16-le", "replace"))[:NAME_LENGTH_MAX]

    def _slice(self, place: int, size: int) -> bytes:
        return self._content[place : place + size]

    def _unpack(self, form: str, at: int) -> tuple[Any, ...]:
        try:
            return struct.unpack_from(form, self._content, at)
        except struct.error:
            raise Unreadable("the minidump is cut short") from None


def _frame(address: int, layout: Layout) -> dict[str, Any]:
    module = layout.at(address)
    frame: dict[str, Any] = {"instruction_addr": hex(address)}
    if module:
        frame |= {"package": module.name, "in_app": not module.is_system}
    return frame


def _debug_id(record: bytes) -> str:
    """The debug id in a module's record of its build, "" where it has none."""
    if record.startswith(_PDB) and len(record) >= 20:
        return elf_debug_id(record[4:20].hex())
    if record.startswith(_BUILD_ID):
        return elf_debug_id(record[4:36].hex())
    return ""
