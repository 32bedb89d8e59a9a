"""What happened to an issue, who did it and why: the entries of its timeline."""

from enum import StrEnum

from msgspec import Struct, field

from tocsin.domain.issue import Issue

TEXT_MAX = 2000


class ActivityType(StrEnum):
    """Kinds of entries."""

    CREATED = "created"
    STAGE = "stage"
    REGRESSED = "regressed"
    SEVERITY = "severity"
    CAUSE = "cause"
    ASSIGNED = "assigned"
    RESOLVE_IN = "resolve_in"
    IGNORE_UNTIL = "ignore_until"
    SUSPECT = "suspect"
    ALERTED = "alerted"
    RECOVERED = "recovered"
    INCIDENT_CLOSED = "incident_closed"
    COMMENT = "comment"
    LINKED = "linked"
    UNLINKED = "unlinked"
    MERGED = "merged"
    UNMERGED = "unmerged"
    EVENT_MOVED = "event_moved"
    EVENT_DELETED = "event_deleted"


class Activity(Struct, frozen=True):
    """One entry; `actor` is a member, 0 the system. `detail` holds the values it rests on."""

    type: ActivityType
    actor: int = 0
    reason: str = ""
    detail: dict[str, str] = field(default_factory=dict)


def changes(before: Issue | None, after: Issue, actor: int, reason: str = "") -> list[Activity]:
    """The entries that tell how an issue became what it is; `before` is None for a new one."""
    if before is None:
        detail = {"version": after.first_seen_version, "severity": after.severity}
        return [Activity(ActivityType.CREATED, actor, reason, detail)]
    found = []
    if after.regressed_at != before.regressed_at:
        found.append(_regressed(after))
    elif after.stage is not before.stage:
        found.append(_moved(ActivityType.STAGE, before.stage, after.stage, actor, reason))
    if after.severity is not before.severity:
        entry = _moved(ActivityType.SEVERITY, before.severity, after.severity, actor, reason)
        found.append(entry)
    if (after.cause, after.cause_source) != (before.cause, before.cause_source):
        found.append(_moved(ActivityType.CAUSE, before.cause, after.cause, actor, reason))
    return found


def _regressed(after: Issue) -> Activity:
    version = after.regressed_version
    reason = f"It came back in {version}." if version else "It came back."
    detail = {"version": version, "to": after.stage}
    return Activity(ActivityType.REGRESSED, reason=reason, detail=detail)


def _moved(kind: ActivityType, old: str, new: str, actor: int, reason: str) -> Activity:
    return Activity(kind, actor, reason, {"from": str(old), "to": str(new)})
