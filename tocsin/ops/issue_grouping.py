"""Why errors are one issue or two, and which issues people may want to merge."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.fingerprint_variant import Strategy
from tocsin.domain.grouping_comparison import Comparison, Side
from tocsin.domain.issue import Status
from tocsin.engine import issue_grouping as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.store.database import Tx

TAG: Final = "RUM/Issues"

Score = Annotated[float, Meta(description="From 0 to 1.")]


class CompareErrors(Struct, frozen=True):
    """Without an event's id it is the issue's newest stored one."""

    issue_id: str
    other_issue_id: str
    event_id: str = ""
    other_event_id: str = ""


class GroupingPart(Struct, frozen=True):
    part: str
    side: Annotated[Side, Meta(description="Which of the two errors has it.")]


class GroupingComparison(Struct, frozen=True):
    """Both errors by one version of the calculation."""

    version: int
    shared_hashes: Annotated[list[Strategy], Meta(description="What made the hashes both have.")]
    reason: str
    other_reason: str
    parts: Annotated[
        list[GroupingPart], Meta(description="What went into the first hashes, in order.")
    ]


class ComparedErrors(Struct, frozen=True):
    is_together: bool
    reason: str
    comparisons: Annotated[
        list[GroupingComparison], Meta(description="The version that decides comes first.")
    ]


class SimilarTo(Struct, frozen=True):
    issue_id: str
    limit: Annotated[int, Meta(ge=1, le=50)] = 10


class SimilarIssue(Struct, frozen=True):
    issue_id: str
    title: str
    status: Status
    error_count: int
    score: Score
    title_score: Score
    parts_score: Score


class SimilarIssues(Struct, frozen=True):
    items: list[SimilarIssue]


@operation("/rum/issue/grouping/compare", None, Kind.READ, tag=TAG)
def compare(tx: Tx, caller: Caller, request: CompareErrors) -> ComparedErrors:
    """Show why two errors are together or apart: what made their hashes, and what differs."""
    first = (request.issue_id, request.event_id)
    second = (request.other_issue_id, request.other_event_id)
    found = engine.explain(tx, caller, first, second)
    comparisons = [_comparison(each) for each in found.comparisons]
    return ComparedErrors(found.is_together, found.reason, comparisons)


@operation("/rum/issue/similar", None, Kind.READ, tag=TAG)
def similar(tx: Tx, caller: Caller, request: SimilarTo) -> SimilarIssues:
    """List issues of the same application that say nearly the same, the likest first.

    Titles and what made the hashes are compared word by word, numbers and ids left out. Nothing is
    merged. Looked at are the 500 issues that changed last.
    """
    likes, found = engine.similar(tx, caller, request.issue_id, request.limit)
    items = [
        SimilarIssue(
            issue_id=issue.issue_id,
            title=issue.title,
            status=issue.status,
            error_count=issue.error_count,
            score=like.score,
            title_score=like.title,
            parts_score=like.parts,
        )
        for like, issue in zip(likes, found, strict=True)
    ]
    return SimilarIssues(items)


def _comparison(found: Comparison) -> GroupingComparison:
    return GroupingComparison(
        version=found.version,
        shared_hashes=list(found.shared),
        reason=found.first_reason,
        other_reason=found.second_reason,
        parts=[GroupingPart(each.part, each.side) for each in found.parts],
    )
