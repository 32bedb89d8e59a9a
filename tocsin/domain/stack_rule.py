"""Stack-trace rules: which frames are the application's own, and which count for grouping.

A rule a line, `#` begins a comment:

    stack.module:shop.vendor.** -app
    family:native function:handle_signal -group ^-group
    [ function:retry ] | function:attempt -group
    error.type:RecursionError max-frames=5
    stack.module:shop.metrics.* category=telemetry

Rules apply in order, so that a later one may take back what an earlier one said. An action with `^`
is for all frames from the matching one towards the crash, one with `v` for those away from it. `|`
stands between a caller and what it calls; the one in brackets is only looked at.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.error_event import ErrorEvent, Frame, Thrown
from tocsin.domain.error_matcher import (
    CHAIN_MAX,
    Looked,
    Matchers,
    Ruleset,
    Standing,
    of_frame,
    of_thrown,
    read,
)
from tocsin.kernel.errors import InvalidParameter

TEXT_LENGTH_MAX: Final = 32 * 1024
RULES_MAX: Final = 100

_ACTION: Final = re.compile(
    r"([\^v]?)([+-])(app|group)(?=\s|$)|max-frames=(\d{1,3})(?=\s|$)|category=([\w.-]{1,64})(?=\s|$)"
)


class Flag(Struct, frozen=True):
    """What an action says: that frames are (not) the application's own (`app`) or do (not) count
    (`group`). `reach` is "" for the frame itself, `^` towards the crash, `v` away from it."""

    target: str
    value: bool
    reach: str = ""


class StackRule(Struct, frozen=True):
    """One rule; `frames_max` 0 and `category` "" say nothing. `caller` and `callee` look at the neighbours of the
    frame that is meant."""

    text: str
    matchers: Matchers
    caller: Matchers = Matchers()
    callee: Matchers = Matchers()
    flags: tuple[Flag, ...] = ()
    frames_max: int = 0
    category: str = ""


class Judged(Standing, frozen=True):
    """And whether they count for grouping, and how many at most."""

    grouped: tuple[bool, ...]
    frames_max: int = 0


@lru_cache(256)
def parse(text: str) -> Ruleset[StackRule]:
    """The rules of a text, in order. Raises InvalidParameter naming the line that is no rule."""
    if len(text) > TEXT_LENGTH_MAX:
        raise InvalidParameter(
            "the rules may have at most {maximum} characters", maximum=TEXT_LENGTH_MAX
        )
    lines = [(at, line.strip()) for at, line in enumerate(text.splitlines(), 1)]
    rules = tuple(_rule(line, at) for at, line in lines if line and not line.startswith("#"))
    if len(rules) > RULES_MAX:
        raise InvalidParameter("there may be at most {maximum} rules", maximum=RULES_MAX)
    return Ruleset(rules)


def judge(rules: Ruleset[StackRule], event: ErrorEvent) -> list[Judged]:
    """What the frames of the last exceptions of an event count as, exception by exception."""
    judged = []
    looked = Looked(event)
    for thrown in event.exceptions[-CHAIN_MAX:]:
        candidates = rules.candidates((thrown,))
        meant = [rule for rule in candidates if looked.meets(rule.matchers.event)]
        judged.append(_judged(meant, thrown))
    return judged


def ruled(rules: Ruleset[StackRule], event: ErrorEvent) -> ErrorEvent:
    """The event with every frame the application's own or not as the rules say."""
    if not rules.rules:
        return event
    judged = judge(rules, event)
    untouched = event.exceptions[: -len(judged)] if judged else ()
    told = [
        replace(
            thrown,
            frames=tuple(
                replace(frame, in_app=own)
                for frame, own in zip(thrown.frames, each.in_app, strict=True)
            ),
        )
        for thrown, each in zip(event.exceptions[-CHAIN_MAX:], judged, strict=True)
    ]
    return replace(event, exceptions=(*untouched, *told))


def _judged(rules: Sequence[StackRule], thrown: Thrown) -> Judged:
    flags = {
        "app": [frame.in_app for frame in thrown.frames],
        "group": [True] * len(thrown.frames),
    }
    categories = [""] * len(thrown.frames)
    frames_max = 0
    for rule in rules:
        if not of_thrown(thrown, rule.matchers.thrown):
            continue
        now = Standing(tuple(flags["app"]), tuple(categories))
        places = [at for at in range(len(thrown.frames)) if _meant(rule, thrown, now, at)]
        if rule.frames_max and (places or not rule.matchers.frame):
            frames_max = rule.frames_max
        _apply(rule, flags, places)
        for at in places if rule.category else ():
            categories[at] = rule.category
    return Judged(tuple(flags["app"]), tuple(categories), tuple(flags["group"]), frames_max)


def _meant(rule: StackRule, thrown: Thrown, now: Standing, at: int) -> bool:
    """Whether a rule means the frame at a place, by it and by its neighbours."""

    def met(place: int, matchers: Matchers) -> bool:
        if not matchers.frame:
            return True
        if not 0 <= place < len(thrown.frames):
            return False
        frame: Frame = thrown.frames[place]
        return of_frame(frame, now.in_app[place], now.categories[place], matchers.frame)

    return met(at, rule.matchers) and met(at - 1, rule.caller) and met(at + 1, rule.callee)


def _apply(rule: StackRule, flags: dict[str, list[bool]], places: Sequence[int]) -> None:
    """Carry out what a rule says of the frames it means. Of many, the outermost reaches as far as
    all of them."""
    for flag in rule.flags:
        target = flags[flag.target]
        reached: Sequence[int] = places
        if places and flag.reach:
            reached = range(places[0] + 1, len(target)) if flag.reach == "^" else range(places[-1])
        for at in reached:
            target[at] = flag.value


def _rule(line: str, at: int) -> StackRule:
    caller = callee = Matchers()
    if line.startswith("["):
        caller, end = _bracketed(line, 0, at)
        end = _bar(line, end, at)
        matchers, end = read(line, end, at)
    else:
        matchers, end = read(line, 0, at)
        if line.startswith("|", end):
            callee, end = _bracketed(line, _bar(line, end, at), at)
    if not matchers:
        raise InvalidParameter("line {line}: a rule needs a matcher", line=at)
    flags, frames_max, category = _actions(line, end, at)
    return StackRule(line, matchers, caller, callee, flags, frames_max, category)


def _bracketed(line: str, start: int, at: int) -> tuple[Matchers, int]:
    """The matchers in brackets that begin at `start`, and where what follows begins."""
    found, end = Matchers(), start
    if line.startswith("[", start):
        found, end = read(line, start + 1, at)
    if not found.frame or not line.startswith("]", end):
        raise InvalidParameter(
            "line {line}: beside | stand matchers of frames in brackets: [ function:name ]", line=at
        )
    return found, _after(line, end + 1)


def _bar(line: str, start: int, at: int) -> int:
    if not line.startswith("|", start):
        raise InvalidParameter("line {line}: behind a bracket comes |", line=at)
    return _after(line, start + 1)


def _after(line: str, at: int) -> int:
    return at + len(line[at:]) - len(line[at:].lstrip())


def _actions(line: str, start: int, at: int) -> tuple[tuple[Flag, ...], int, str]:
    flags: list[Flag] = []
    frames_max, category = 0, ""
    for word in re.finditer(r"\S+", line[start:]):
        if word[0].startswith("#"):
            break
        action = _ACTION.fullmatch(word[0])
        if action is None:
            raise InvalidParameter(
                "line {line}: {value} is no action; use +app, -app, +group or -group, with ^ or v"
                " before it, max-frames=N or category=NAME",
                line=at,
                value=word[0],
            )
        if action[4]:
            frames_max = int(action[4])
        elif action[5]:
            category = action[5]
        else:
            flags.append(Flag(action[3], action[2] == "+", action[1]))
    if not flags and not frames_max and not category:
        raise InvalidParameter(
            "line {line}: a rule needs an action, such as -app or -group", line=at
        )
    return tuple(flags), frames_max, category
