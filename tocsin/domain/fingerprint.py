"""Which issue an error belongs to: hashes of what does not vary from one occurrence to the next.

An issue owns several hashes. The first that is known decides; the others are then attached to
the same issue, so that a later version of these rules still finds it by its older hashes.
"""

from enum import StrEnum
from hashlib import md5

from msgspec import Struct

from tocsin.domain.error_event import Door, ErrorEvent, Thrown
from tocsin.domain.frame import contribution, folded
from tocsin.domain.parameterise import parameterise

VERSION = 1
CHAIN_MAX = 10
PART_MAX = 256
_DEFAULT = "{{default}}"


class Strategy(StrEnum):
    """What of the event made the hash, from the most to the least specific."""

    CLIENT = "client"
    APP = "app"
    SYSTEM = "system"
    MESSAGE = "message"


class Hash(Struct, frozen=True):
    """32 lower-case hex over the scope and what `strategy` takes from the event."""

    strategy: Strategy
    digest: str


class Fingerprints(Struct, frozen=True):
    """The hashes in the order they are looked up, and what went into the first.

    `parts` reads from the outside in: exception types, then frames from the oldest call to
    the crash; `reason` says in a sentence why these.
    """

    version: int
    hashes: tuple[Hash, ...]
    parts: tuple[str, ...]
    reason: str


class _Variant(Struct, frozen=True):
    strategy: Strategy
    parts: tuple[str, ...]
    reason: str


def fingerprint(event: ErrorEvent, application_id: str, version: int = VERSION) -> Fingerprints:
    """The hashes of `event` within its application and service.

    What the client set wins; `{{ default }}` in it stands for the calculated parts. Else
    exception types and frames decide (the application's own, then all), else the type and
    the message without its variable parts.
    """
    calculated = _calculated(event)
    variants = _client(event.fingerprint, calculated) if event.fingerprint else calculated
    scope = (f"v{version}", application_id, event.service)
    hashes = tuple(
        Hash(variant.strategy, _digest((*scope, *variant.parts))) for variant in variants
    )
    first = variants[0]
    return Fingerprints(version, hashes, tuple(_cut(part) for part in first.parts), first.reason)


def _client(given: tuple[str, ...], calculated: tuple[_Variant, ...]) -> tuple[_Variant, ...]:
    words = tuple("".join(part.split()) for part in given)
    if all(word == _DEFAULT for word in words):
        return calculated
    if _DEFAULT not in words:
        return (_Variant(Strategy.CLIENT, given, "The client set this fingerprint."),)
    return tuple(
        _Variant(
            variant.strategy,
            tuple(_spread(given, words, variant.parts)),
            f"The client's fingerprint, with the default in it. {variant.reason}",
        )
        for variant in calculated
    )


def _spread(given: tuple[str, ...], words: tuple[str, ...], parts: tuple[str, ...]) -> list[str]:
    spread: list[str] = []
    for part, word in zip(given, words, strict=True):
        spread += parts if word == _DEFAULT else (part,)
    return spread


def _calculated(event: ErrorEvent) -> tuple[_Variant, ...]:
    platform = event.platform.lower() or ("javascript" if event.door is Door.RUM else "")
    chain = event.exceptions[-CHAIN_MAX:]
    told = [[(contribution(f, platform), f.in_app) for f in thrown.frames] for thrown in chain]
    own = [[text for text, in_app in frames if text and in_app] for frames in told]
    every = [[text for text, _ in frames if text] for frames in told]
    variants = []
    if any(own):
        reason = "The exception types and the application's own frames."
        variants.append(_Variant(Strategy.APP, _stack(chain, own), reason))
    if any(every) and every != own:
        reason = "The exception types and all frames, as none is the application's own."
        variants.append(_Variant(Strategy.SYSTEM, _stack(chain, every), reason))
    return tuple(variants) or (_message(event, chain),)


def _stack(chain: tuple[Thrown, ...], told: list[list[str]]) -> tuple[str, ...]:
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


def _message(event: ErrorEvent, chain: tuple[Thrown, ...]) -> _Variant:
    types = tuple(part for thrown in chain for part in _types(thrown))
    values = tuple(thrown.value for thrown in chain if thrown.value)
    text = event.message_template or (values[-1] if values else event.message)
    parts = (*types, parameterise(text))
    return _Variant(Strategy.MESSAGE, parts, "The type and the message without variable parts.")


def _digest(parts: tuple[str, ...]) -> str:
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return md5(joined, usedforsecurity=False).hexdigest()


def _cut(part: str) -> str:
    return part if len(part) <= PART_MAX else part[: PART_MAX - 1] + "…"
