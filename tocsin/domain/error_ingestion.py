"""Error-ingestion rules: errors an application keeps without making issues of them."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.filter import LABEL, Condition, Filter, matching
from tocsin.domain.issue_event import headline
from tocsin.domain.noise_rule import RuleStatus, check_filter
from tocsin.domain.user_agent import browser
from tocsin.kernel.errors import InvalidParameter

RULES_MAX: Final = 50
CONTEXT: Final = "context."
CONTEXT_DEPTH_MAX: Final = 3
_STACK_LENGTH_MAX: Final = 32 * 1024

KEYS: Final = frozenset(
    f"error.{name}"
    for name in (
        *("usr_id", "usr_email", "error_type", "error_message", "error_stack", "view_url"),
        *("env", "version", "service", "browser_name", "browser_version", "fingerprint"),
        "is_crash",
    )
)


class IngestionRule(Struct, frozen=True, kw_only=True):
    """Errors that match become no issue; instants are ms."""

    id: str
    account_id: int
    application_id: str
    name: str
    description: str = ""
    filters: Filter = ()
    status: RuleStatus = RuleStatus.ENABLED
    created_by: int = 0
    updated_by: int = 0
    created_at: int = 0
    updated_at: int = 0


def check(filters: Filter) -> None:
    """Raise InvalidParameter for filters that cannot be meant."""
    check_filter(filters, "filters")
    if not filters:
        raise InvalidParameter("filters need at least one condition")
    for condition in (each for group in filters for each in group):
        key = condition.key
        is_context = key.startswith(CONTEXT) and 1 <= key.count(".") <= CONTEXT_DEPTH_MAX
        if key not in KEYS and not is_context:
            raise InvalidParameter(
                "{field} is nothing errors are filtered by; use {expected}",
                field=key,
                expected=" | ".join((*sorted(KEYS), "context.<path>")),
            )


def refusing(rules: Iterable[IngestionRule], event: ErrorEvent) -> IngestionRule | None:
    """The first enabled rule that means an event, None where none does."""
    enabled = [rule for rule in rules if rule.status is RuleStatus.ENABLED]
    if not enabled:
        return None
    subject = _subject(event)
    for rule in enabled:
        if matching(_labelled(rule.filters), subject, KEYS) >= 0:
            return rule
    return None


def is_meant(filters: Filter, event: ErrorEvent) -> bool:
    """Whether filters mean an event."""
    return matching(_labelled(filters), _subject(event), KEYS) >= 0


def _labelled(filters: Filter) -> Filter:
    """The filters with `context.` as the labels that the filter language knows."""
    return tuple(tuple(_as_label(condition) for condition in group) for group in filters)


def _as_label(condition: Condition) -> Condition:
    if not condition.key.startswith(CONTEXT):
        return condition
    name = LABEL + condition.key.removeprefix(CONTEXT)
    return Condition(name, condition.oper, condition.vals)


def _subject(event: ErrorEvent) -> dict[str, str]:
    kind, message = headline(event)
    name, version = browser(event.user_agent)
    values = {
        "usr_id": event.user_id,
        "usr_email": event.user_email,
        "error_type": kind,
        "error_message": message,
        "error_stack": _stack(event),
        "view_url": event.url,
        "env": event.env,
        "version": event.version,
        "service": event.service,
        "browser_name": name,
        "browser_version": version,
        "fingerprint": ",".join(event.fingerprint),
        "is_crash": "true" if event.is_crash else "false",
    }
    subject = {f"error.{key}": value for key, value in values.items() if value}
    return subject | {LABEL + key: value for key, value in event.tags.items()}


def _stack(event: ErrorEvent) -> str:
    """A line for every call, the newest first."""
    lines = (
        f"at {frame.function} @ {frame.abs_path or frame.filename or frame.module}:{frame.line}"
        for thrown in reversed(event.exceptions)
        for frame in reversed(thrown.frames)
    )
    return "\n".join(lines)[:_STACK_LENGTH_MAX]
