"""Debug files of compiled programs: what a build sent taken apart, and asked.

Native ones (ELF, Mach-O and dSYM, PE and PDB, Breakpad, WebAssembly) become a symcache, a compact
index by address; a mapping of ProGuard or R8 is kept as it is.
"""

import re
import tempfile
from typing import IO, Final

from msgspec import Struct
from symbolic.debuginfo import Archive
from symbolic.exceptions import SymbolicError
from symbolic.proguard import ProguardMapper
from symbolic.symcache import SymCache

from tocsin.domain.artifact import Platform, image_id
from tocsin.domain.retracing import Origin
from tocsin.sources.source import Unreadable, clean, word

NAME_LENGTH_MAX: Final = 512
OBJECTS_MAX: Final = 32
_HEAD_BYTES: Final = 64 * 1024
_MAPPED: Final = re.compile(rb"^\S+ -> \S+:", re.MULTILINE)
_USEFUL: Final = frozenset({"debug", "symtab"})
_APPLE: Final = "macho"


class Found(Struct, frozen=True):
    """One build's part of a debug file: its index, and what is known of it."""

    debug_id: str
    platform: Platform
    arch: str
    kind: str
    format: str
    features: tuple[str, ...]
    index: bytes


def taken_apart(whole: IO[bytes], debug_id: str) -> list[Found]:
    """What a debug file holds for each build; Unreadable says why it is none. `debug_id` is what its
    sender calls a mapping, which names no build itself."""
    whole.flush()
    head = whole.read(_HEAD_BYTES)
    whole.seek(0)
    try:
        if _MAPPED.search(head):
            return [_mapping(whole, debug_id)]
        return _objects(f"/dev/fd/{whole.fileno()}")
    except SymbolicError as problem:
        raise Unreadable(f"it is no debug file: {word(str(problem), 200)}") from None


def _mapping(whole: IO[bytes], debug_id: str) -> Found:
    own = str(ProguardMapper.open(f"/dev/fd/{whole.fileno()}").uuid)
    known = image_id(debug_id) or image_id(own)
    return Found(known, Platform.ANDROID, "any", "none", "proguard", ("mapping",), whole.read())


def _objects(path: str) -> list[Found]:
    found = []
    for number, each in enumerate(Archive.open(path).iter_objects()):
        if number >= OBJECTS_MAX:
            raise Unreadable(f"it holds more than {OBJECTS_MAX} objects")
        if each.features & _USEFUL:
            if not image_id(each.debug_id):
                raise Unreadable("it has no debug id, as its build wrote none into it")
            index = each.make_symcache().open_stream().read()
            platform = Platform.IOS if each.file_format == _APPLE else Platform.ANDROID
            told = (each.arch, each.kind, each.file_format, tuple(sorted(each.features)))
            found.append(Found(image_id(each.debug_id), platform, *told, index))
    if not found:
        raise Unreadable("it has neither debug information nor a symbol table; send what was built")
    return found


def is_native(index: bytes) -> bool:
    """Whether an index is one of native code."""
    return index.startswith((b"SYMC", b"CMYS"))


class NativeIndex:
    """A symcache. Safe to ask from several threads."""

    def __init__(self, index: bytes) -> None:
        self._index = SymCache.from_bytes(index)

    def origins(self, address: int) -> list[Origin]:
        """The calls that stand at an address, the innermost first; none where it is silent."""
        return [
            Origin(
                function=clean(word(one.symbol or "", NAME_LENGTH_MAX)),
                source=clean(word(one.full_path or "")),
                line=one.line or 0,
                column=0,
            )
            for one in self._index.lookup(address)
        ]


class MappingIndex:
    """A mapping of ProGuard or R8. Safe to ask from several threads."""

    def __init__(self, mapping: bytes) -> None:
        with tempfile.NamedTemporaryFile() as file:
            file.write(mapping)
            file.flush()
            # It stays mapped into memory when its name is gone.
            self._index = ProguardMapper.open(file.name)

    def origins(self, module: str, function: str, line: int) -> list[Origin]:
        """The calls behind a short name, the innermost first; none where it is silent."""
        return [
            Origin(
                function=clean(word(one.method, NAME_LENGTH_MAX)),
                module=clean(word(one.class_name, NAME_LENGTH_MAX)),
                source=clean(word(one.file or "")),
                line=one.line,
                column=0,
            )
            for one in self._index.remap_frame(module, function, line)
        ]

    def class_named(self, name: str) -> str:
        """What a class is called in the source, "" where it is not known."""
        return clean(word(self._index.remap_class(name) or "", NAME_LENGTH_MAX))
