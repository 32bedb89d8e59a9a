"""Which issue an error belongs to: hashes of what does not vary from one occurrence to the next.

An issue owns several hashes. The first that is known decides; the others are then attached to
the same issue, so that a later version of these rules still finds it by its older hashes.
"""

from hashlib import md5
from typing import Final

from msgspec import Struct

from tocsin.domain.error_event import ErrorEvent, Frame
from tocsin.domain.error_matcher import Ruleset
from tocsin.domain.fingerprint_rule import FingerprintRule, deciding, filled, is_default
from tocsin.domain.fingerprint_variant import Strategy, Variant, calculated
from tocsin.domain.stack_rule import Judged, StackRule, judge

VERSION = 2
VERSIONS = (1, 2)
PART_MAX = 256


class Hash(Struct, frozen=True):
    """32 lower-case hex over the scope and what `strategy` takes from the event."""

    strategy: Strategy
    digest: str


class Fingerprints(Struct, frozen=True):
    """The hashes in the order they are looked up, and what went into the first.

    `parts` reads from the outside in: exception types, then frames from the oldest call to
    the crash; `reason` says in a sentence why these. `title` is what a rule calls the error.
    """

    version: int
    hashes: tuple[Hash, ...]
    parts: tuple[str, ...]
    reason: str
    title: str = ""


NO_FINGERPRINT_RULES: Final = Ruleset[FingerprintRule]()
NO_STACK_RULES: Final = Ruleset[StackRule]()


class Rules(Struct, frozen=True):
    """What an application says about its errors' grouping."""

    fingerprints: Ruleset[FingerprintRule] = NO_FINGERPRINT_RULES
    stacks: Ruleset[StackRule] = NO_STACK_RULES


NO_RULES = Rules()


def fingerprint(
    event: ErrorEvent, application_id: str, version: int = VERSION, rules: Rules = NO_RULES
) -> Fingerprints:
    """The hashes of `event` within its application and service.

    What the client set wins, then the first rule that means the event; `{{ default }}` in either
    stands for the calculated parts. Else exception types and frames decide (the application's
    own, then all), else the type and the message without its variable parts.
    """
    judged = judge(rules.stacks, event)
    found = calculated(event, judged, version)
    variants, title = _chosen(event, judged, found, rules)
    scope = (f"v{version}", application_id, event.service)
    hashes = tuple(
        Hash(variant.strategy, _digest((*scope, *variant.parts))) for variant in variants
    )
    first = variants[0]
    parts = tuple(_cut(part) for part in first.parts)
    return Fingerprints(version, hashes, parts, first.reason, title)


def _chosen(
    event: ErrorEvent, judged: list[Judged], found: tuple[Variant, ...], rules: Rules
) -> tuple[tuple[Variant, ...], str]:
    """How an event is grouped, and what a rule calls it."""
    if event.fingerprint and not all(map(is_default, event.fingerprint)):
        reason = "The client set this fingerprint."
        return _spread(Strategy.CLIENT, event.fingerprint, found, reason), ""
    rule = deciding(rules.fingerprints, event, judged)
    if rule is None:
        return found, ""
    frame = _nearest_own(event, judged)
    parts = tuple(part if is_default(part) else filled(part, event, frame) for part in rule.parts)
    reason = f"The rule {_cut(rule.text)} set this fingerprint."
    return _spread(Strategy.RULE, parts, found, reason), filled(rule.title, event, frame)


def _spread(
    strategy: Strategy, given: tuple[str, ...], found: tuple[Variant, ...], reason: str
) -> tuple[Variant, ...]:
    """What was given, with every calculated variant in turn where it says default."""
    if not any(map(is_default, given)):
        return (Variant(strategy, given, reason),)
    if all(map(is_default, given)):
        return found
    return tuple(
        Variant(
            variant.strategy,
            tuple(
                each for part in given for each in (variant.parts if is_default(part) else (part,))
            ),
            f"{reason} It has the default in it. {variant.reason}",
        )
        for variant in found
    )


def _nearest_own(event: ErrorEvent, judged: list[Judged]) -> Frame | None:
    """The application's own frame nearest the crash, else the one nearest it."""
    if not event.exceptions:
        return None
    frames = event.exceptions[-1].frames
    own = [frame for frame, is_own in zip(frames, judged[-1].in_app, strict=True) if is_own]
    nearest = own or list(frames)
    return nearest[-1] if nearest else None


def _digest(parts: tuple[str, ...]) -> str:
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return md5(joined, usedforsecurity=False).hexdigest()


def _cut(part: str) -> str:
    return part if len(part) <= PART_MAX else part[: PART_MAX - 1] + "…"
