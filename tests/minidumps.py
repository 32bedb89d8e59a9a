"""Minidumps for tests, laid out as Crashpad lays them out on Linux."""

import struct

from tests.edge.test_debug_files import DIVIDES, LOADED, RETURNS

BUILD_ID = bytes.fromhex("0123456789abcdef0123456789abcdef")
STACK = 0x7FFF_0000_0000
SEGV = 11
_HEADER = 32
_CONTEXT = 1232
_RIP, _RBP = 0xF8, 0xA0


def minidump(
    code: int = SEGV, program: int = LOADED + DIVIDES, caller: int = LOADED + RETURNS
) -> bytes:
    """A thread of /opt/libshop.so that crashed at `program`, called from `caller`."""
    whole = bytearray()
    at = _HEADER + 4 * 12

    def put(piece: bytes) -> tuple[int, int]:
        place = at + len(whole)
        whole.extend(piece)
        return len(piece), place

    name = "/opt/libshop.so".encode("utf-16-le")
    _, named = put(struct.pack("<I", len(name)) + name + b"\0\0")
    build = put(b"LEpB" + BUILD_ID)
    context = bytearray(_CONTEXT)
    struct.pack_into("<Q", context, _RIP, program)
    struct.pack_into("<Q", context, _RBP, STACK)
    registers = put(bytes(context))
    stack = put(struct.pack("<4Q2Q", STACK + 32, caller, 0, 0, 0, 0x1234))
    system = put(struct.pack("<HHHBBIIIII", 9, 0, 0, 1, 0, 6, 1, 0, 0x8201, 0) + bytes(28))
    module = struct.pack("<QIIII52x2I8x16x", LOADED, 0x4000, 0, 0, named, *build)
    modules = put(struct.pack("<I", 1) + module)
    thread = struct.pack("<IIIIQQIIII", 7, 0, 0, 0, 0, STACK, *stack, *registers)
    threads = put(struct.pack("<I", 1) + thread)
    raised = struct.pack("<II IIQQII15Q", 7, 0, code, 0, 0, program, 0, 0, *(0,) * 15)
    crash = put(raised + struct.pack("<2I", *registers))
    streams = ((7, system), (4, modules), (3, threads), (6, crash))
    head = struct.pack("<4sIIIIIQ", b"MDMP", 0xA793, len(streams), _HEADER, 0, 1_760_000_000, 0)
    return head + b"".join(struct.pack("<3I", kind, *place) for kind, place in streams) + whole
