"""How issues develop: counts over time, what their events have in common, releases compared."""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.issue_tags import distribution
from tocsin.domain.rum_query import check_window, step
from tocsin.engine import application as applications
from tocsin.engine import issue as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.units import HOUR
from tocsin.store import issue_merge as events
from tocsin.store import issue_rate
from tocsin.store import release_comparison as releases
from tocsin.store.database import Tx

TAG: Final = "RUM/Data"
POINTS_MAX: Final = 1266

Milliseconds = Annotated[int, Meta(description="Milliseconds since 1970.")]


class GroupBy(StrEnum):
    """What a trend is told apart by."""

    NOTHING = ""
    VERSION = "version"
    ENV = "env"


class ReadTrend(Struct, frozen=True):
    """Of one issue, or with `application_id` of all its issues."""

    start_time: Milliseconds
    end_time: Milliseconds
    issue_id: str = ""
    application_id: str = ""
    group_by: GroupBy = GroupBy.NOTHING
    interval: Annotated[int, Meta(ge=0, description="Ms between points; an hour at least.")] = 0


class TrendPoint(Struct, frozen=True):
    time: Milliseconds
    count: int


class TrendLine(Struct, frozen=True):
    name: Annotated[str, Meta(description="The version or environment; empty for all.")]
    total: int
    points: list[TrendPoint]


class Trend(Struct, frozen=True):
    interval: int
    items: list[TrendLine]


class ListTags(Struct, frozen=True):
    issue_id: str
    limit: Annotated[int, Meta(ge=1, le=100, description="Values of a tag.")] = 10


class TagValue(Struct, frozen=True):
    value: str
    count: int


class TagItem(Struct, frozen=True):
    name: str
    total: Annotated[int, Meta(description="Events that have it.")]
    values: list[TagValue]


class Tags(Struct, frozen=True):
    items: list[TagItem]
    event_count: Annotated[int, Meta(description="Stored events looked at.")]


class CompareReleases(Struct, frozen=True):
    application_id: str
    start_time: Milliseconds
    end_time: Milliseconds
    versions: Annotated[
        list[str], Meta(min_length=1, max_length=10, description="The one to judge is the last.")
    ]


class ReleaseItem(Struct, frozen=True):
    version: str
    error_count: int
    issue_count: Annotated[int, Meta(description="Issues it showed in the window.")]
    new_issue_count: Annotated[int, Meta(description="Issues it was the first to show.")]
    regressed_issue_count: Annotated[int, Meta(description="Issues that came back in it.")]


class ComparedIssue(Struct, frozen=True):
    issue_id: str
    error_type: str
    error_message: str
    count: int


class Comparison(Struct, frozen=True):
    items: list[ReleaseItem]
    only_in_last: Annotated[
        list[ComparedIssue],
        Meta(description="What the last shows in the window and none of the others, 50 at most."),
    ]


@operation("/rum/issue/trend", None, Kind.READ, tag=TAG)
def trend(tx: Tx, caller: Caller, request: ReadTrend) -> Trend:
    """Count the occurrences of an issue, or of an application's issues, over time.

    Every occurrence of the last 30 days counts, whether it is stored or not.
    """
    check_window(request.start_time, request.end_time)
    if request.issue_id:
        issue = engine.visible(tx, caller, request.issue_id)
        issue_id, application_id = issue.issue_id, ""
    else:
        issue_id, application_id = "", applications.seen(tx, caller, request.application_id).id
    span = request.end_time - request.start_time
    width = step(span, max(HOUR, request.interval), POINTS_MAX)
    wanted = issue_rate.Trend(
        issue_id=issue_id,
        application_id=application_id,
        start=request.start_time,
        end=request.end_time,
        width=width,
        group_by=request.group_by,
    )
    lines: dict[str, list[TrendPoint]] = {}
    for name, time, count in issue_rate.trend(tx, caller.account_id, wanted):
        lines.setdefault(name, []).append(TrendPoint(time, count))
    items = [TrendLine(name, sum(p.count for p in line), line) for name, line in lines.items()]
    return Trend(width, sorted(items, key=lambda line: (-line.total, line.name)))


@operation("/rum/issue/tag/list", None, Kind.READ, tag=TAG)
def tags(tx: Tx, caller: Caller, request: ListTags) -> Tags:
    """Show how often each tag of an issue's stored events has each value."""
    issue = engine.visible(tx, caller, request.issue_id)
    found = events.events(tx, issue.issue_id)
    items = [
        TagItem(tag.name, tag.total, [TagValue(value, count) for value, count in tag.values])
        for tag in distribution(found, request.limit)
    ]
    return Tags(items, len(found))


@operation("/rum/release/compare", None, Kind.READ, tag=TAG)
def compare(tx: Tx, caller: Caller, request: CompareReleases) -> Comparison:
    """Compare releases of an application by their errors and issues."""
    check_window(request.start_time, request.end_time)
    application = applications.seen(tx, caller, request.application_id)
    window = (request.start_time, request.end_time)
    place = (tx, caller.account_id, application.id)
    found = releases.summaries(*place, window, request.versions)
    fresh = releases.only_in_last(*place, window, request.versions)
    return Comparison(
        [
            ReleaseItem(
                version=one.version,
                error_count=one.error_count,
                issue_count=one.issue_count,
                new_issue_count=one.new_issue_count,
                regressed_issue_count=one.regressed_issue_count,
            )
            for one in found
        ],
        [
            ComparedIssue(each.issue_id, each.error_type, each.error_message, each.count)
            for each in fresh
        ],
    )
