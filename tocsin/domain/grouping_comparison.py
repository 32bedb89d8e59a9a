"""Why two errors are one issue or two: what went into the hashes of each, side by side."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum

from msgspec import Struct

from tocsin.domain.fingerprint import Fingerprints
from tocsin.domain.fingerprint_variant import Strategy


class Side(StrEnum):
    """Which of two errors has a part."""

    BOTH = "both"
    FIRST = "first"
    SECOND = "second"


class ComparedPart(Struct, frozen=True):
    """A part of a hash, and which error has it."""

    part: str
    side: Side


class Comparison(Struct, frozen=True):
    """Two errors by one version: the hashes they share, and their parts in order."""

    version: int
    shared: tuple[Strategy, ...]
    first_reason: str
    second_reason: str
    parts: tuple[ComparedPart, ...]


def compared(first: Fingerprints, second: Fingerprints) -> Comparison:
    """Two errors side by side."""
    theirs = {each.digest for each in second.hashes}
    shared = tuple(each.strategy for each in first.hashes if each.digest in theirs)
    parts = tuple(_parts(first.parts, second.parts))
    return Comparison(first.version, shared, first.reason, second.reason, parts)


def verdict(deciding: Comparison, are_together: bool) -> str:
    """In a sentence why two errors are one issue, or why they are not."""
    differing = [each for each in deciding.parts if each.side is not Side.BOTH]
    if deciding.shared and are_together:
        return f"They are one issue: both have the same {deciding.shared[0]} hash."
    if deciding.shared:
        return (
            f"They have the same {deciding.shared[0]} hash and are two issues: one was moved, or came"
            " before the rules were changed."
        )
    count = f"{len(differing)} part{'' if len(differing) == 1 else 's'}"
    if are_together:
        return (
            f"They differ in {count} and are one issue: it was merged, or hashes of an older version"
            " or of other frames led both to it."
        )
    return f"They are two issues: they differ in {count}."


def _parts(first: Sequence[str], second: Sequence[str]) -> Iterator[ComparedPart]:
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for kind, begin, end, other_begin, other_end in matcher.get_opcodes():
        if kind == "equal":
            yield from (ComparedPart(part, Side.BOTH) for part in first[begin:end])
        else:
            yield from (ComparedPart(part, Side.FIRST) for part in first[begin:end])
            yield from (ComparedPart(part, Side.SECOND) for part in second[other_begin:other_end])
