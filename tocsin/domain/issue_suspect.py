"""Which release is suspected of having brought an issue."""

from msgspec import Struct

from tocsin.domain.issue import Issue


class Suspect(Struct, frozen=True):
    """A release and the sentence that says why; "" where no version tells."""

    version: str
    reason: str


def suspect(issue: Issue) -> Suspect:
    """The release an issue came back in last, else the one it was first seen in."""
    if issue.regressed_at and issue.regressed_version:
        return Suspect(issue.regressed_version, "It came back in this release.")
    if issue.first_seen_version:
        return Suspect(issue.first_seen_version, "It was first seen in this release.")
    return Suspect("", "Its first occurrence named no release.")
