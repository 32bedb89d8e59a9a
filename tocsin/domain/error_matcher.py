"""What rules over errors look at: `matcher:pattern` words, and whether an event is meant by them.

Matchers are of three kinds. Those of the event must all hold. Those of an exception must hold for
one and the same exception of the chain, those of a frame for one and the same frame. `!` before a
matcher turns it round. Patterns know `*`, `?` and `[…]`, run in linear time, and match the whole
value; in a path `*` ends at a slash and `**` does not.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

import re2
from msgspec import Struct

from tocsin.domain.error_event import Door, ErrorEvent, Frame, Thrown
from tocsin.domain.filter import compile_pattern, plain_wildcard
from tocsin.kernel.errors import InvalidParameter

MATCHERS_MAX: Final = 20
PATTERN_LENGTH_MAX: Final = 1024
CHAIN_MAX: Final = 10
REMEMBERED_MAX: Final = 8192

_EXCEPTION: Final = {
    "error.type": "type",
    "type": "type",
    "error.value": "value",
    "value": "value",
    "error.mechanism": "mechanism",
    "mechanism": "mechanism",
    "error.handled": "handled",
    "handled": "handled",
}
_FRAME: Final = {
    "stack.abs_path": "path",
    "path": "path",
    "stack.module": "module",
    "module": "module",
    "stack.function": "function",
    "function": "function",
    "stack.package": "package",
    "package": "package",
    "app": "app",
    "category": "category",
}
_EVENT: Final = ("message", "logger", "level", "family", "release", "sdk")
_KEYS: Final = _EXCEPTION | _FRAME | {name: name for name in _EVENT}
_TAGS: Final = "tags."
_FOLDED: Final = frozenset(("message", "value", "path"))
_FLAGS: Final = frozenset(("app", "handled"))
_RULED: Final = frozenset(("app", "category"))
"""What a frame counts as, which rules decide."""
_YES: Final = frozenset(("yes", "true", "1"))
_NO: Final = frozenset(("no", "false", "0"))
_NATIVE: Final = frozenset(("native", "c", "cocoa", "objc", "swift", "rust"))
_SCRIPT: Final = frozenset(("javascript", "node"))

QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_MATCHER: Final = re.compile(rf"(!?)([A-Za-z_][\w.\-/]*):({QUOTED}|(?:\[[^\s\]]+\]|[^\s\]|])+)")

Test: TypeAlias = Callable[[str], bool]


class Matcher(Struct, frozen=True):
    """One word of a rule: `key` by its short name, the pattern, and whether it is turned round."""

    key: str
    pattern: str
    negated: bool = False


class Matchers(Struct, frozen=True):
    """The matchers of a rule by what they look at."""

    event: tuple[Matcher, ...] = ()
    thrown: tuple[Matcher, ...] = ()
    frame: tuple[Matcher, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.event or self.thrown or self.frame)


class Standing(Struct, frozen=True):
    """What the frames of one exception count as, in their order: whether they are the application's
    own, and the category that rules put them in."""

    in_app: tuple[bool, ...]
    categories: tuple[str, ...]


class Rule(Protocol):
    """Whatever goes by matchers."""

    @property
    def matchers(self) -> Matchers: ...


R = TypeVar("R", bound=Rule)


class Ruleset(Generic[R]):
    """Rules in order, with what tells quickly which of them may mean an exception: types and frames
    come again and again, and nearly always few rules mean them."""

    def __init__(self, rules: Sequence[R] = ()) -> None:
        self.rules = tuple(rules)
        self.matchers = tuple(rule.matchers for rule in rules)
        self._untyped = _mask(not _typed(each) for each in self.matchers)
        self._frameless = _mask(not _framed(each) for each in self.matchers)

    def candidates(self, chain: Iterable[Thrown]) -> list[R]:
        """The rules that may mean something of a chain, in order; all others surely do not."""
        if not self.rules:
            return []
        types, frames = self._untyped, self._frameless
        for thrown in chain:
            types |= _types_held(self, thrown.type)
            for frame in thrown.frames:
                frames |= _frames_held(
                    self, frame.function, frame.module, frame.abs_path, frame.filename
                )
        found = types & frames
        return [rule for at, rule in enumerate(self.rules) if found >> at & 1] if found else []


def read(text: str, at: int, line: int) -> tuple[Matchers, int]:
    """The matchers that stand in `text` from `at` on, and where they end. Raises InvalidParameter
    for one that is none, naming `line`."""
    found: list[Matcher] = []
    while match := _MATCHER.match(text, _skip(text, at)):
        found.append(_matcher(match, line))
        at = match.end()
    if len(found) > MATCHERS_MAX:
        raise InvalidParameter(
            "line {line}: a rule may have at most {maximum} matchers",
            line=line,
            maximum=MATCHERS_MAX,
        )
    kinds = (_EVENT, frozenset(_EXCEPTION.values()), frozenset(_FRAME.values()))
    event, thrown, frame = (tuple(m for m in found if m.key in kind) for kind in kinds)
    tags = tuple(m for m in found if m.key.startswith(_TAGS))
    return Matchers(event + tags, thrown, frame), _skip(text, at)


def unquoted(text: str) -> str:
    """What stands in quotes, or the text itself where it has none."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _matcher(match: re.Match[str], line: int) -> Matcher:
    mark, name, raw = match.groups()
    key = name if name.startswith(_TAGS) and name != _TAGS else _KEYS.get(name)
    if key is None:
        raise InvalidParameter(
            "line {line}: {value} is no matcher; use one of {expected}",
            line=line,
            value=name,
            expected=" | ".join(sorted({*_KEYS, "tags.NAME"})),
        )
    pattern = unquoted(raw)
    if len(pattern) > PATTERN_LENGTH_MAX:
        raise InvalidParameter(
            "line {line}: a pattern may have at most {maximum} characters",
            line=line,
            maximum=PATTERN_LENGTH_MAX,
        )
    if key in _FLAGS and pattern.lower() not in _YES | _NO:
        raise InvalidParameter(
            "line {line}: {field} is yes or no, not {value}", line=line, field=key, value=raw
        )
    matcher = Matcher(key, pattern, mark == "!")
    try:
        _tester(pattern, key)
    except ValueError:
        raise InvalidParameter("line {line}: {value} is no pattern", line=line, value=raw) from None
    return matcher


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def families(event: ErrorEvent) -> str:
    """`javascript`, `native` or `other`."""
    platform = platform_of(event)
    if platform in _SCRIPT:
        return "javascript"
    return "native" if platform in _NATIVE else "other"


def platform_of(event: ErrorEvent) -> str:
    """The platform, lower case; pages that say none are scripts."""
    return event.platform.lower() or ("javascript" if event.door is Door.RUM else "")


class Looked:
    """An event as rules look at it, one after the other: what they ask of it again and again is
    known after the first time."""

    def __init__(self, event: ErrorEvent) -> None:
        self.event = event
        self._values: dict[str, tuple[str, ...]] = {}

    def meets(self, matchers: Iterable[Matcher]) -> bool:
        """Whether the event meets every matcher that looks at it as a whole."""
        for matcher in matchers:
            if matcher.key not in self._values:
                self._values[matcher.key] = tuple(_values(self.event, matcher.key))
            test = _tester(matcher.pattern, matcher.key)
            if any(map(test, self._values[matcher.key])) is matcher.negated:
                return False
        return True


def of_thrown(thrown: Thrown, matchers: Iterable[Matcher]) -> bool:
    """Whether one exception meets every matcher that looks at exceptions."""
    return all(_thrown_held(matcher, thrown) is not matcher.negated for matcher in matchers)


def _thrown_held(matcher: Matcher, thrown: Thrown) -> bool:
    match matcher.key:
        case "handled":
            return (matcher.pattern.lower() in _YES) is thrown.handled
        case "mechanism":
            value = thrown.mechanism
        case "type":
            value = thrown.type
        case _:
            value = thrown.value
    return _tester(matcher.pattern, matcher.key)(value)


def of_frame(frame: Frame, in_app: bool, category: str, matchers: Iterable[Matcher]) -> bool:
    """Whether a frame meets every matcher that looks at frames; `in_app` and `category` are what it
    counts as."""
    for matcher in matchers:
        if matcher.key == "app":
            held = (matcher.pattern.lower() in _YES) is in_app
        elif matcher.key == "category":
            held = _tester(matcher.pattern, matcher.key)(category)
        else:
            held = _frame_held(
                matcher, frame.function, frame.module, frame.abs_path, frame.filename
            )
        if held is matcher.negated:
            return False
    return True


def holds(looked: Looked, standings: Sequence[Standing], matchers: Matchers) -> bool:
    """Whether a rule means an event, whose exceptions at the end of the chain stand so."""
    if not looked.meets(matchers.event):
        return False
    chain = looked.event.exceptions[-CHAIN_MAX:]
    if matchers.thrown and not any(of_thrown(each, matchers.thrown) for each in chain):
        return False
    return not matchers.frame or any(
        of_frame(frame, own, category, matchers.frame)
        for thrown, each in zip(chain, standings, strict=True)
        for frame, own, category in zip(thrown.frames, each.in_app, each.categories, strict=True)
    )


def _values(event: ErrorEvent, key: str) -> Iterator[str]:
    if key == "message":
        texts = (thrown.value for thrown in event.exceptions)
        yield from {event.message, event.message_template, *texts}
    elif key.startswith(_TAGS):
        yield event.tags.get(key[len(_TAGS) :], "")
    elif key == "family":
        yield families(event)
    elif key == "release":
        yield event.version
    elif key == "sdk":
        yield event.sdk.partition("/")[0]
    else:
        yield event.logger if key == "logger" else event.level


def _typed(matchers: Matchers) -> tuple[Matcher, ...]:
    return tuple(each for each in matchers.thrown if each.key == "type")


def _framed(matchers: Matchers) -> tuple[Matcher, ...]:
    return tuple(each for each in matchers.frame if each.key not in _RULED)


def _mask(held: Iterable[bool]) -> int:
    return sum(1 << at for at, one in enumerate(held) if one)


@lru_cache(REMEMBERED_MAX)
def _types_held(rules: Ruleset[R], kind: str) -> int:
    """A bit for every rule whose matchers of an exception's type hold."""
    thrown = Thrown(type=kind)
    return _mask(of_thrown(thrown, _typed(each)) for each in rules.matchers)


@lru_cache(4 * REMEMBERED_MAX)
def _frames_held(
    rules: Ruleset[R], function: str, module: str, abs_path: str, filename: str
) -> int:
    """A bit for every rule whose matchers of a frame hold, whatever it counts as."""
    frame = Frame(function=function, module=module, abs_path=abs_path, filename=filename)
    return _mask(of_frame(frame, True, "", _framed(each)) for each in rules.matchers)


def _frame_held(matcher: Matcher, function: str, module: str, abs_path: str, filename: str) -> bool:
    if matcher.key == "function":
        return _tester(matcher.pattern, matcher.key)(function)
    if matcher.key in ("module", "package"):
        return _tester(matcher.pattern, matcher.key)(module)
    return _path_held(matcher.pattern, abs_path) or _path_held(matcher.pattern, filename)


@lru_cache(4 * REMEMBERED_MAX)
def _path_held(pattern: str, path: str) -> bool:
    # A file has many functions.
    matches = _tester(pattern, "path")
    return any(matches(each) for each in _paths(path))


def _paths(path: str) -> tuple[str, str]:
    plain = path.replace("\\", "/")
    return plain, f"/{plain}"


@lru_cache(REMEMBERED_MAX)
def _tester(pattern: str, key: str) -> Test:
    if key == "family":
        return frozenset(pattern.replace(" ", "").split(",")).__contains__
    if key not in _FOLDED and not set(pattern) & set("*?["):
        return pattern.__eq__
    simple = None if key == "path" or "[" in pattern else plain_wildcard(pattern)
    if simple and key not in _FOLDED:
        return simple
    if simple and pattern.isascii():
        folded = plain_wildcard(pattern.lower())
        return lambda value: folded is not None and folded(value.lower())
    many, one = (r"[^/]*", r"[^/]") if key == "path" else (".*", ".")
    signs = "is" if key in _FOLDED else "s"
    compiled = compile_pattern(f"(?{signs})^(?:{_translated(pattern, many, one)})$")
    return lambda value: compiled.search(value) is not None


def _translated(pattern: str, many: str, one: str) -> str:
    """A pattern as a regular expression; a `[` that is never closed is itself."""
    pieces: list[str] = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        if pattern.startswith("**/", at) and many != ".*":
            pieces.append("(?:.*/)?")
            at += 2
        elif pattern.startswith("**", at):
            pieces.append(".*")
            at += 1
        elif sign in "*?":
            pieces.append(many if sign == "*" else one)
        elif sign == "[" and (end := pattern.find("]", at + 2)) > 0:
            pieces.append(_set(pattern[at + 1 : end]))
            at = end
        else:
            pieces.append(str(re2.escape(sign)))
        at += 1
    return "".join(pieces)


def _set(inside: str) -> str:
    turned = inside[0] in "!^"
    plain = inside[1:] if turned else inside
    quoted = "".join(sign if sign == "-" else str(re2.escape(sign)) for sign in plain)
    return f"[{'^' if turned else ''}{quoted or '^'}]"
