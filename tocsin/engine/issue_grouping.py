"""Why errors are in one issue or in two, and which issues are alike."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.fingerprint import VERSIONS
from tocsin.domain.grouping_comparison import Comparison, compared, verdict
from tocsin.domain.issue import Issue
from tocsin.domain.issue_likeness import Like, Said, alike
from tocsin.engine.error_grouping import Rulebook, Rulebooks
from tocsin.engine.issue import visible
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.store import error_grouping, issue_event
from tocsin.store import issue as issues
from tocsin.store.database import Tx

LOOKED_AT_MAX = 500


class Explained(Struct, frozen=True):
    """Two errors side by side by every version, the one that decides first, and why they are one
    issue or two."""

    is_together: bool
    reason: str
    comparisons: list[Comparison]


def explain(tx: Tx, caller: Caller, first: tuple[str, str], second: tuple[str, str]) -> Explained:
    """Compare two events, each an issue's id and an event's ("": its newest)."""
    issue, event = _event(tx, caller, *first)
    other, other_event = _event(tx, caller, *second)
    if issue.application_id != other.application_id:
        raise InvalidParameter("both issues must be of one application")
    book = Rulebooks(tx).of(issue.account_id, issue.application_id)
    versions = sorted(VERSIONS, key=lambda version: (version != book.version, -version))
    comparisons = [_compared(book, version, event, other_event, issue) for version in versions]
    is_together = issue.issue_id == other.issue_id
    return Explained(is_together, verdict(comparisons[0], is_together), comparisons)


def similar(tx: Tx, caller: Caller, issue_id: str, limit: int) -> tuple[list[Like], list[Issue]]:
    """Issues of the same application that are alike, the likest first; nothing is merged. Looked
    at are the 500 that changed last."""
    issue = visible(tx, caller, issue_id)
    place = (tx, issue.account_id, issue.application_id)
    recent = error_grouping.recent_issues(*place, LOOKED_AT_MAX)
    groupings = issues.groupings_of(tx, issue.account_id, [issue.issue_id, *recent])
    found = issues.by_ids(tx, issue.account_id, recent)
    said = [Said(one.issue_id, one.title, groupings.get(one.issue_id, ())) for one in found]
    mine = Said(issue.issue_id, issue.title, groupings.get(issue.issue_id, ()))
    likes = alike(mine, said, limit)
    known = {one.issue_id: one for one in found}
    return likes, [known[like.issue_id] for like in likes]


def _compared(
    book: Rulebook, version: int, event: ErrorEvent, other: ErrorEvent, issue: Issue
) -> Comparison:
    by_version = replace(book, version=version)
    prints: Sequence[ErrorEvent] = (event, other)
    return compared(*(by_version.fingerprint(each, issue.application_id) for each in prints))


def _event(tx: Tx, caller: Caller, issue_id: str, event_id: str) -> tuple[Issue, ErrorEvent]:
    issue = visible(tx, caller, issue_id)
    place = (tx, issue.account_id, issue.issue_id)
    found = issue_event.get(*place, event_id or issue_event.newest(*place))
    if found is None:
        raise issue_event.missing(issue.issue_id, event_id)
    return issue, found.event
