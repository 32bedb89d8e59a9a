"""On which terms an issue is resolved or ignored, and when they end.

Resolved in a release, it comes back where that release or a newer one shows it; in the next
release, where one newer than all known then does; by a commit, as in the release that has it, and
until a release tells of it not at all. Ignored, it comes back at an instant, after so many more
occurrences or users, or when it spikes, whichever is first; without any of these never.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from tocsin.domain.version import Release, is_newer

WAKE: Final = "issue.wake"
"""The timer that ends the time an issue is ignored for; its subject is the issue."""
COMMIT_LENGTH_MIN: Final = 7


class TermsKind(StrEnum):
    """What the terms are about."""

    RELEASE = "release"
    NEXT_RELEASE = "next_release"
    COMMIT = "commit"
    IGNORED = "ignored"


class Terms(Struct, frozen=True):
    """Instants are ms, counts are those of the issue at which the terms end; 0 and "" are not
    set. `release` is the one it is fixed in, or the newest known when it was resolved."""

    issue_id: str
    account_id: int
    application_id: str
    kind: TermsKind
    set_at: int
    release: str = ""
    release_seen_at: int = 0
    commit: str = ""
    until_at: int = 0
    until_count: int = 0
    until_users: int = 0
    until_spike: bool = False


def brings_back(terms: Terms, seen: Release | None) -> bool:
    """Whether an occurrence in a release shows that a resolved issue is not; None is without a
    version, which tells nothing of what is fixed, so that it counts."""
    if terms.kind is TermsKind.COMMIT and not terms.release:
        return False
    if seen is None or not terms.release:
        return True
    fixed = Release(terms.release, terms.release_seen_at)
    if terms.kind is not TermsKind.NEXT_RELEASE and seen.version == fixed.version:
        return True
    return is_newer(seen, fixed)


def outgrown(terms: Terms, error_count: int, user_count: int) -> str:
    """Why an ignored issue with these counts comes back, "" while it does not."""
    if terms.kind is not TermsKind.IGNORED:
        return ""
    if 0 < terms.until_count <= error_count:
        return "It happened as often as it was to be ignored."
    if 0 < terms.until_users <= user_count:
        return "It reached as many users as it was to be ignored for."
    return ""


def holds(commit: str, told: str) -> bool:
    """Whether a commit that a release told of is the one meant, which may be shortened."""
    return len(commit) >= COMMIT_LENGTH_MIN and told.lower().startswith(commit.lower())
