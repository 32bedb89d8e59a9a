"""What is calculated from an error to group it by: exception types and frames, else its message."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct

from tocsin.domain.error_event import ErrorEvent, Thrown
from tocsin.domain.error_matcher import CHAIN_MAX, platform_of
from tocsin.domain.failing_line import origin, told
from tocsin.domain.frame import contribution, folded
from tocsin.domain.parameterise import parameterise, unnamed
from tocsin.domain.stack_rule import Judged


class Strategy(StrEnum):
    """What of the event made the hash, from the most to the least specific."""

    CLIENT = "client"
    RULE = "rule"
    APP = "app"
    SYSTEM = "system"
    MESSAGE = "message"


class Variant(Struct, frozen=True):
    """One way to group an error: what counts, and a sentence that says why this."""

    strategy: Strategy
    parts: tuple[str, ...]
    reason: str


def calculated(event: ErrorEvent, judged: Sequence[Judged], version: int) -> tuple[Variant, ...]:
    """How an error may be grouped, the most specific way first; `judged` says of the frames of each
    of the last exceptions what they count as."""
    return _whole_stacks(event, judged) if version == 1 else _failing_lines(event, judged)


def _whole_stacks(event: ErrorEvent, judged: Sequence[Judged]) -> tuple[Variant, ...]:
    """Version 1: the application's own frames, then all, else the message."""
    platform = platform_of(event)
    chain = event.exceptions[-CHAIN_MAX:]
    own, every = [], []
    for thrown, each in zip(chain, judged, strict=True):
        told = [contribution(frame, platform) for frame in thrown.frames]
        counted = [text if counts else "" for text, counts in zip(told, each.grouped, strict=True)]
        mine = [text for text, is_own in zip(counted, each.in_app, strict=True) if text and is_own]
        own.append(_nearest(mine, each.frames_max))
        every.append(_nearest([text for text in counted if text], each.frames_max))
    variants = []
    if any(own):
        reason = "The exception types and the application's own frames."
        variants.append(Variant(Strategy.APP, _stack(chain, own), reason))
    if any(every) and every != own:
        reason = "The exception types and all frames, as none is the application's own."
        variants.append(Variant(Strategy.SYSTEM, _stack(chain, every), reason))
    return tuple(variants) or (_message(event, chain, parameterise),)


def _failing_lines(event: ErrorEvent, judged: Sequence[Judged]) -> tuple[Variant, ...]:
    """Version 2: where each exception came from, whatever way led there; without lines of code the
    application's own frames, else all, else the message."""
    platform = platform_of(event)
    chain = event.exceptions[-CHAIN_MAX:]
    origins, own, every = [], [], []
    for thrown, each in zip(chain, judged, strict=True):
        calls = told(thrown, each, platform)
        mine = [call.text for call in calls if call.is_own]
        origins.append(origin(calls, thrown.value, platform))
        own.append(_nearest(mine, each.frames_max))
        every.append(_nearest([call.text for call in calls], each.frames_max))
    variants = []
    if any(origins):
        found = [here or rest for here, rest in zip(origins, own, strict=True)]
        reason = "The exception types and the line of the application that failed."
        variants.append(Variant(Strategy.APP, _stack(chain, found), reason))
    elif any(own):
        reason = "The exception types and the application's own frames, as no line is known."
        variants.append(Variant(Strategy.APP, _stack(chain, own), reason))
    if any(every) and (not variants or any(origins) or every != own):
        reason = "The exception types and all frames, as none is the application's own."
        variants.append(Variant(Strategy.SYSTEM, _stack(chain, every), reason))
    return tuple(variants) or (_message(event, chain, unnamed),)


def _nearest(texts: list[str], frames_max: int) -> list[str]:
    return texts[-frames_max:] if frames_max else texts


def _stack(chain: Sequence[Thrown], told: list[list[str]]) -> tuple[str, ...]:
    """Types and frames of a chain, cause first.

    An exception that repeats another of the chain, as groups do, counts once.
    """
    components: list[tuple[str, ...]] = []
    for thrown, texts in zip(chain, told, strict=True):
        component = (*_types(thrown), *folded(texts))
        if component and component not in components:
            components.append(component)
    return tuple(part for component in components for part in component)


def _types(thrown: Thrown) -> tuple[str, ...]:
    return (thrown.type,) if thrown.type and not thrown.synthetic else ()


def _message(event: ErrorEvent, chain: Sequence[Thrown], plain: Callable[[str], str]) -> Variant:
    types = tuple(part for thrown in chain for part in _types(thrown))
    values = tuple(thrown.value for thrown in chain if thrown.value)
    text = event.message_template or (values[-1] if values else event.message)
    parts = (*types, plain(text))
    return Variant(Strategy.MESSAGE, parts, "The type and the message without variable parts.")
