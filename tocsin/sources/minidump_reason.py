"""What a system calls the reason of a crash."""

from collections.abc import Sequence
from typing import Final

_SIMULATED: Final = frozenset({0x517A7ED, 0xFFFFFFFF, 0})
"""What stands for a dump that was asked for, without a crash."""
_SIGNALS: Final = {
    3: "SIGQUIT",
    4: "SIGILL",
    5: "SIGTRAP",
    6: "SIGABRT",
    7: "SIGBUS",
    8: "SIGFPE",
    11: "SIGSEGV",
    24: "SIGXCPU",
    25: "SIGXFSZ",
    31: "SIGSYS",
}
_MACH: Final = {
    1: "EXC_BAD_ACCESS",
    2: "EXC_BAD_INSTRUCTION",
    3: "EXC_ARITHMETIC",
    4: "EXC_EMULATION",
    5: "EXC_SOFTWARE",
    6: "EXC_BREAKPOINT",
    10: "EXC_CRASH",
    11: "EXC_RESOURCE",
    12: "EXC_GUARD",
}
_WINDOWS: Final = {
    0x80000003: "EXCEPTION_BREAKPOINT",
    0xC0000005: "EXCEPTION_ACCESS_VIOLATION",
    0xC0000006: "EXCEPTION_IN_PAGE_ERROR",
    0xC000001D: "EXCEPTION_ILLEGAL_INSTRUCTION",
    0xC0000094: "EXCEPTION_INT_DIVIDE_BY_ZERO",
    0xC00000FD: "EXCEPTION_STACK_OVERFLOW",
    0xC0000374: "STATUS_HEAP_CORRUPTION",
    0xC0000409: "STATUS_STACK_BUFFER_OVERRUN",
    0xE06D7363: "Unhandled C++ exception",
}
_ACCESS: Final = {0: "read", 1: "write", 8: "execute"}


def reason(system: str, code: int, extra: Sequence[int]) -> str:
    """The name of an exception's code; "" where nothing crashed."""
    if code in _SIMULATED:
        return ""
    if system == "Windows":
        name = _WINDOWS.get(code, f"exception {code:#010x}")
        if code == 0xC0000005 and extra and extra[0] in _ACCESS:
            return f"{name} ({_ACCESS[extra[0]]})"
        return name
    if system in ("macOS", "iOS"):
        return _MACH.get(code, f"exception {code}")
    return _SIGNALS.get(code, f"signal {code}")
