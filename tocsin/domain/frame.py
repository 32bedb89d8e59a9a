"""What a stack frame says about an error once everything that varies is taken from it."""

from functools import lru_cache

import re2

from tocsin.domain.error_event import Frame

FRAMES_MAX = 30
CONTEXT_MAX = 120
_CYCLE_MAX = 4

_SCRIPT = frozenset({"javascript", "node"})
_JVM = frozenset({"java", "kotlin", "android", "groovy", "scala"})
_NATIVE = frozenset({"native", "cocoa", "objc", "swift", "c", "rust", "other"})
_CONTEXT = frozenset({"python", "php", "ruby"})
_ANONYMOUS = frozenset({"", "?", "anonymous", "<anonymous>", "{anonymous}", "<unknown>", "eval"})

_SCRIPT_NOISE = re2.compile(r"^(?:async |new |get |set )+| \[as [^\]]*\]|(?:/<)+$|\([^)]*\)$")
_JVM_NOISE = re2.compile(
    r"(\$\$Lambda)\$?\d*(?:/\w+)?|(\$\$\w*(?:CGLIB|ByCGLIB|FastClass\w*)\$\$)\w+"
    r"|(GeneratedMethodAccessor|GeneratedConstructorAccessor|javassist_|lambda\$\w*?\$)\d+"
)
_RUBY_NOISE = re2.compile(r"^(?:(?:block|rescue|ensure)(?: \(\d+ levels\))? in )+")
_PHP_NOISE = re2.compile(r"(class@anonymous)[^:]*")
_NATIVE_NOISE = re2.compile(r"::h[0-9a-f]{16}$|\([^()]*\)(?: const)?$|<[^<>]*>")
_DIGITS = re2.compile(r"_*\d+")
_BUILD_MARK = re2.compile(r"[.-](?:[0-9a-f]{6,}|v?\d+(?:\.\d+)*)\b")


def contribution(frame: Frame, platform: str, line: str | None = None) -> str:
    """What a frame says; "" for one without anything stable (anonymous, native, evaluated). `line`
    is the line of code to count, None what version 1 trusts."""
    if line is None:
        # A shipped script's own names say nothing, so that its lines count only once led back.
        is_told = platform in _CONTEXT or (frame.minified is not None and not frame.function)
        line = _bounded(frame.context_line) if is_told else ""
    place = frame.filename or frame.abs_path
    return _contribution(frame.module, place, frame.function, line, platform)


def line_of(frame: Frame, platform: str) -> str:
    """The line of code, where it is the source's: that of a shipped script is not."""
    is_shipped = platform == "javascript" and frame.minified is None
    return "" if is_shipped or not frame.context_line else _one_spaced(frame.context_line)


@lru_cache(maxsize=8192)
def _one_spaced(line: str) -> str:
    return " ".join(_bounded(line).split())


def _bounded(line: str) -> str:
    return "" if len(line) > 4 * CONTEXT_MAX else line


def folded(texts: list[str]) -> tuple[str, ...]:
    """What frames say, the oldest call first: recursion folded, the newest 30 kept.

    A cycle of up to four frames that repeats itself counts once.
    """
    told: list[str] = []
    for text in texts:
        told.append(text)
        for period in range(1, min(_CYCLE_MAX, len(told) // 2) + 1):
            if text == told[-1 - period] and told[-period:] == told[-2 * period : -period]:
                del told[-period:]
                break
    return tuple(told[-FRAMES_MAX:])


@lru_cache(maxsize=8192)
def _contribution(module: str, filename: str, function: str, context: str, platform: str) -> str:
    if platform in _SCRIPT and _is_noise(filename, function):
        return ""
    name = _function(function, platform)
    place = _place(module, filename, platform)
    line = " ".join(context.split())
    if not name and (not place or (platform in _SCRIPT and not line)):
        return ""
    return " ".join(
        part for part in (place, name, line if len(line) <= CONTEXT_MAX else "") if part
    )


def _is_noise(filename: str, function: str) -> bool:
    unreal = filename.startswith(("<anonymous>", "[native code]", "native ", "eval at "))
    return unreal or filename == "native" or function in ("eval", "eval code", "[native code]")


def _place(module: str, filename: str, platform: str) -> str:
    """The module, else the file's own name; a script's URL moves with each build and says nothing."""
    if module and platform not in _SCRIPT:
        return _jvm(module) if platform in _JVM else module
    if platform in _SCRIPT and "://" in filename:
        return ""
    name = filename.replace("\\", "/").rpartition("/")[2].partition("?")[0].lower()
    return str(_BUILD_MARK.sub("", name))


def _function(function: str, platform: str) -> str:
    """The function's name without generated numbers, arguments and wrappers."""
    if platform in _SCRIPT:
        name = str(_SCRIPT_NOISE.sub("", function)).rpartition(".")[2]
        return "" if name in _ANONYMOUS else name
    if platform in _JVM:
        return _jvm(function)
    if platform == "ruby":
        name = str(_RUBY_NOISE.sub("", function))
        return str(_DIGITS.sub("", name)) if name.startswith("_app_views") else name
    if platform == "php":
        return str(_PHP_NOISE.sub(r"\1", function))
    if platform in _NATIVE:
        return _native(function)
    return "" if function in _ANONYMOUS else function


def _jvm(name: str) -> str:
    return str(_JVM_NOISE.sub(r"\1\2\3", name))


def _native(function: str) -> str:
    """C++, Rust, Swift: without template and call arguments, which may nest a few levels."""
    name = function
    for _ in range(4):
        shorter = str(_NATIVE_NOISE.sub("", name))
        if shorter == name:
            break
        name = shorter
    return "" if name in _ANONYMOUS else name.strip()
