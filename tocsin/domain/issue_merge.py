"""Issues made one, and one made two again: what becomes of what each had counted."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.issue import Issue, Stage
from tocsin.domain.severity import worst
from tocsin.kernel.errors import InvalidParameter

AT_ONCE_MAX: Final = 50


class Merge(Struct, frozen=True, kw_only=True):
    """An issue that was merged: when (ms), by whom, how it stood then, and what it brought:
    its hashes, versions and tags, how many errors they had counted, and how many of its sessions and people the other
    one had too."""

    issue_id: str
    account_id: int
    target_id: str
    merged_at: int
    merged_by: int
    stage: Stage
    digests: tuple[str, ...]
    versions: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    shared_sessions: int
    shared_users: int
    counted: int


class Span(Struct, frozen=True):
    """What the stored events of an issue tell of when it was seen; instants in ms."""

    first_seen_at: int
    first_seen_version: str
    last_seen_at: int
    last_seen_version: str


def check(target: Issue, sources: Sequence[Issue]) -> None:
    """Raise InvalidParameter for issues that cannot be one."""
    for source in sources:
        if source.issue_id == target.issue_id:
            raise InvalidParameter(
                "name different issues; {issue_id} is named twice", issue_id=source.issue_id
            )
        if (source.application_id, source.service) != (target.application_id, target.service):
            raise InvalidParameter(
                "issue {issue_id} is of another application or service; merge issues of one",
                issue_id=source.issue_id,
            )


def combined(target: Issue, source: Issue, merge: Merge, newest_version: str, at: int) -> Issue:
    """The issue that took in another; where it stands stays as it is."""
    is_earlier = source.first_seen_at < target.first_seen_at
    is_later = source.last_seen_at > target.last_seen_at
    first, last = (source if is_earlier else target), (source if is_later else target)
    return replace(
        target,
        error_count=target.error_count + source.error_count,
        session_count=target.session_count + source.session_count - merge.shared_sessions,
        user_count=target.user_count + source.user_count - merge.shared_users,
        is_crash=target.is_crash or source.is_crash,
        severity=worst(target.severity, source.severity),
        first_seen_at=first.first_seen_at,
        first_seen_version=first.first_seen_version,
        last_seen_at=last.last_seen_at,
        last_seen_version=last.last_seen_version,
        newest_version=newest_version,
        updated_at=at,
        updated_by=merge.merged_by,
    )


def reduced(target: Issue, gone: Issue, merge: Merge | None, at: int, by: int) -> Issue:
    """The issue without what went out of it again; `merge` tells what both had."""
    sessions, users = (merge.shared_sessions, merge.shared_users) if merge else (0, 0)
    return replace(
        target,
        error_count=max(0, target.error_count - gone.error_count),
        session_count=max(0, target.session_count - max(0, gone.session_count - sessions)),
        user_count=max(0, target.user_count - max(0, gone.user_count - users)),
        updated_at=at,
        updated_by=by,
    )


def seen(issue: Issue, span: Span | None) -> Issue:
    """The issue as seen when its stored events tell; the same where none is stored."""
    if span is None:
        return issue
    return replace(
        issue,
        first_seen_at=span.first_seen_at,
        first_seen_version=span.first_seen_version,
        last_seen_at=span.last_seen_at,
        last_seen_version=span.last_seen_version,
    )


def parted(
    events: Sequence[tuple[str, Sequence[str]]], wanted: frozenset[str]
) -> tuple[list[str], frozenset[str]]:
    """Which events go with the hashes that part, and all hashes that go: an event goes with the
    first of its hashes that is known, and takes those along that no event needs which stays."""
    going = [(event_id, digests) for event_id, digests in events if _leads(digests, wanted)]
    moving = {event_id for event_id, _ in going}
    staying = {each for event_id, digests in events if event_id not in moving for each in digests}
    taken = {each for _, digests in going for each in digests} - staying
    return [event_id for event_id, _ in going], wanted | taken


def _leads(digests: Sequence[str], wanted: frozenset[str]) -> bool:
    return any(each in wanted for each in digests)
