"""Rules over the errors of an application: how bad an issue is, and whose it is.

They are tried in their order and the first that matches counts. A severity rule says how bad the
issue of a matching error is; where there are such rules and none matches, it is Info. An owner
rule names the members a new issue is assigned to, their team, and the channels its alerts go to.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.error_event import ErrorEvent, Frame
from tocsin.domain.filter import LABEL, Condition, Filter, Subject, matching
from tocsin.domain.issue_event import headline
from tocsin.domain.noise_rule import RuleStatus, check_filter
from tocsin.domain.severity import Severity
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound

RULES_MAX: Final = 50
FRAMES_MAX: Final = 30
TAG: Final = "tags."
CONTEXT: Final = "context."
KEYS: Final = frozenset(
    f"error.{name}"
    for name in (
        *("usr_id", "view_url", "view_url_path", "error_type", "error_message", "env", "service"),
        *("version", "transaction", "platform", "path", "module", "is_crash"),
    )
)


class RuleFamily(StrEnum):
    """What rules are about."""

    SEVERITY = "severity"
    OWNER = "owner"


class IssueRule(Struct, frozen=True, kw_only=True):
    """`severity` is a severity rule's, the owners an owner rule's; instants are ms."""

    id: str
    name: str
    description: str = ""
    filters: Filter = ()
    status: RuleStatus = RuleStatus.ENABLED
    severity: Severity | None = None
    member_ids: tuple[int, ...] = ()
    team_id: int = 0
    channel_ids: tuple[int, ...] = ()
    created_by: int = 0
    updated_by: int = 0
    created_at: int = 0
    updated_at: int = 0


Rules = tuple[IssueRule, ...]


class RuleBook(Struct, frozen=True):
    """The rules of an application by family, in their order."""

    severity: Rules = ()
    owner: Rules = ()


def check(rule: IssueRule, family: RuleFamily) -> None:
    """Raise InvalidParameter for a rule that cannot be meant."""
    check_filter(rule.filters, "filters")
    if not rule.filters:
        raise InvalidParameter("filters need at least one condition")
    for condition in (each for group in rule.filters for each in group):
        if condition.key not in KEYS and not condition.key.startswith((TAG, CONTEXT)):
            raise InvalidParameter(
                "{field} is nothing errors are filtered by; use {expected}",
                field=condition.key,
                expected=" | ".join((*sorted(KEYS), "tags.<name>")),
            )
    if family is RuleFamily.OWNER and not (rule.member_ids or rule.team_id or rule.channel_ids):
        raise InvalidParameter("an owner rule names members, a team or channels")


def severity_of(rules: Rules, event: ErrorEvent) -> Severity | None:
    """How bad the rules call an error; None where there are none in force."""
    if not any(rule.status is RuleStatus.ENABLED for rule in rules):
        return None
    found = first(rules, event)
    return (found and found.severity) or Severity.INFO


def first(rules: Iterable[IssueRule], event: ErrorEvent) -> IssueRule | None:
    """The first enabled rule that matches an error, at any of its frames; None for none."""
    enabled = [rule for rule in rules if rule.status is RuleStatus.ENABLED]
    subjects = list(_subjects(event)) if enabled else []
    for rule in enabled:
        filters = tuple(tuple(map(_as_label, group)) for group in rule.filters)
        if any(matching(filters, subject, KEYS) >= 0 for subject in subjects):
            return rule
    return None


def moved(rules: Rules, rule_id: str, target_id: str) -> Rules:
    """The rules with one in the place of another, which moves on."""
    dragged, target = one(rules, rule_id), one(rules, target_id)
    place = rules.index(target)
    rest = [rule for rule in rules if rule is not dragged]
    return (*rest[:place], dragged, *rest[place:])


def one(rules: Sequence[IssueRule], rule_id: str) -> IssueRule:
    """A rule by its id; ResourceNotFound for none."""
    for rule in rules:
        if rule.id == rule_id:
            return rule
    raise ResourceNotFound(
        "the application has no rule {rule_id}; list them first", rule_id=rule_id
    )


def _as_label(condition: Condition) -> Condition:
    for prefix in (TAG, CONTEXT):
        if condition.key.startswith(prefix):
            return replace(condition, key=LABEL + condition.key.removeprefix(prefix))
    return condition


def _subjects(event: ErrorEvent) -> Iterator[Subject]:
    """The error as filters see it, once for each of the newest frames of the application."""
    plain = _plain(event)
    frames = [
        frame
        for thrown in reversed(event.exceptions)
        for frame in reversed(thrown.frames)
        if frame.in_app
    ]
    for frame in frames[:FRAMES_MAX]:
        yield plain | _located(frame)
    if not frames:
        yield plain


def _plain(event: ErrorEvent) -> dict[str, str]:
    kind, message = headline(event)
    values = {
        "usr_id": event.user_id,
        "view_url": event.url,
        "view_url_path": _path(event.url),
        "error_type": kind,
        "error_message": message,
        "env": event.env,
        "service": event.service,
        "version": event.version,
        "transaction": event.transaction,
        "platform": event.platform,
        "is_crash": str(event.is_crash).lower(),
    }
    found = {f"error.{name}": value for name, value in values.items() if value}
    return found | {LABEL + name: value for name, value in event.tags.items()}


def _located(frame: Frame) -> dict[str, str]:
    where = {"error.path": frame.filename or frame.abs_path, "error.module": frame.module}
    return {name: value for name, value in where.items() if value}


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
