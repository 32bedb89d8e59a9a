"""How well errors are grouped, measured on errors of programs whose causes are known.

Of all pairs of errors in one program: precision is how many of those in one issue have one cause,
recall how many of those with one cause are in one issue. Precision suffers from issues that hold
several causes (under-splitting), recall from causes spread over issues (over-splitting).
"""

import gzip
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bench.report import Figure
from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.fingerprint import VERSIONS, fingerprint

CORPUS: Final = Path(__file__).parent / "grouping_corpus"
PRECISION_MIN: Final = 0.98
RECALL_MIN: Final = 0.95


class Labelled(Struct, frozen=True):
    """An error and the cause it is known to have."""

    cause: str
    event: ErrorEvent


class Quality(Struct, frozen=True):
    """`mixed` are issues with several causes, `scattered` causes in several issues."""

    precision: float
    recall: float
    mixed: tuple[tuple[str, ...], ...]
    scattered: tuple[str, ...]


def corpus() -> dict[str, list[Labelled]]:
    """The recorded errors by the language of their program."""
    decode = msgspec.json.Decoder(Labelled).decode
    return {
        path.name.partition(".")[0]: [
            decode(line) for line in gzip.decompress(path.read_bytes()).splitlines()
        ]
        for path in sorted(CORPUS.glob("*.jsonl.gz"))
    }


def grouped(errors: Sequence[Labelled], version: int) -> list[int]:
    """The number of the issue each error goes to, in the order they come: the first of its hashes
    that is known decides, as in the product."""
    known: dict[str, int] = {}
    issues = []
    for each in errors:
        digests = [found.digest for found in fingerprint(each.event, "app", version).hashes]
        issue = next((known[digest] for digest in digests if digest in known), len(known))
        for digest in digests:
            known.setdefault(digest, issue)
        issues.append(issue)
    return issues


def quality(errors: Sequence[Labelled], version: int) -> Quality:
    """How well one version groups the errors of one program."""
    issues = grouped(errors, version)
    both = Counter(zip(issues, (each.cause for each in errors), strict=True))
    together = sum(map(_pairs, both.values()))
    in_issue = sum(map(_pairs, Counter(issues).values()))
    of_cause = sum(map(_pairs, Counter(each.cause for each in errors).values()))
    causes: dict[int, set[str]] = {}
    places: dict[str, set[int]] = {}
    for issue, cause in both:
        causes.setdefault(issue, set()).add(cause)
        places.setdefault(cause, set()).add(issue)
    return Quality(
        precision=together / in_issue if in_issue else 1.0,
        recall=together / of_cause if of_cause else 1.0,
        mixed=tuple(tuple(sorted(each)) for each in causes.values() if len(each) > 1),
        scattered=tuple(sorted(cause for cause, found in places.items() if len(found) > 1)),
    )


def measure() -> Iterator[Figure]:
    """Every version on every program, and on all of them together."""
    known = corpus()
    whole = [
        Labelled(f"{language}: {each.cause}", replace(each.event, service=language))
        for language, errors in known.items()
        for each in errors
    ]
    for version in VERSIONS:
        for name, errors in (known | {"all": whole}).items():
            found = quality(errors, version)
            title = f"version {version}, {name} ({len(errors)} errors):"
            yield Figure(f"{title} precision", found.precision, PRECISION_MIN, at_most=False)
            yield Figure(f"{title} recall", found.recall, RECALL_MIN, at_most=False)
            yield Figure(f"{title} issues with several causes", len(found.mixed))
            yield Figure(f"{title} causes in several issues", len(found.scattered))


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
