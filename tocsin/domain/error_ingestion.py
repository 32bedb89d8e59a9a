"""Error-ingestion rules: errors an application keeps without making issues of them."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from msgspec import Struct

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.filter import LABEL, Condition, Filter, matching, prepared
from tocsin.domain.issue_event import headline
from tocsin.domain.noise_rule import RuleStatus, check_filter
from tocsin.domain.user_agent import browser
from tocsin.kernel.errors import InvalidParameter

RULES_MAX: Final = 50
CONTEXT: Final = "context."
CONTEXT_DEPTH_MAX: Final = 3
_STACK_LENGTH_MAX: Final = 32 * 1024
_STACK_KEY: Final = "error.error_stack"

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


class Refusals:
    """The enabled rules of an application, ready to be asked."""

    def __init__(self, rules: Iterable[IngestionRule] = ()) -> None:
        enabled = [rule for rule in rules if rule.status is RuleStatus.ENABLED]
        self._rules = [
            (rule, [prepared(group, KEYS) for group in _labelled(rule.filters)]) for rule in enabled
        ]
        self._asks_for_stack = any(_asks_for_stack(rule.filters) for rule in enabled)

    def refusing(self, event: ErrorEvent) -> IngestionRule | None:
        """The first rule that means an event, None where none does."""
        if not self._rules:
            return None
        subject = _subject(event, with_stack=self._asks_for_stack)
        for rule, groups in self._rules:
            if any(holds(subject) for holds in groups):
                return rule
        return None


NO_REFUSALS: Final = Refusals()


@lru_cache(256)
def refusals_of(rules: tuple[IngestionRule, ...]) -> Refusals:
    """What the rules come to."""
    return Refusals(rules)


def is_meant(filters: Filter, event: ErrorEvent) -> bool:
    """Whether filters mean an event."""
    subject = _subject(event, with_stack=_asks_for_stack(filters))
    return matching(_labelled(filters), subject, KEYS) >= 0


def _asks_for_stack(filters: Filter) -> bool:
    return any(each.key == _STACK_KEY for group in filters for each in group)


def _labelled(filters: Filter) -> Filter:
    """The filters with `context.` as the labels that the filter language knows."""
    return tuple(tuple(_as_label(condition) for condition in group) for group in filters)


def _as_label(condition: Condition) -> Condition:
    if not condition.key.startswith(CONTEXT):
        return condition
    name = LABEL + condition.key.removeprefix(CONTEXT)
    return Condition(name, condition.oper, condition.vals)


def _subject(event: ErrorEvent, *, with_stack: bool) -> dict[str, str]:
    kind, message = headline(event)
    name, version = browser(event.user_agent)
    values = {
        "usr_id": event.user_id,
        "usr_email": event.user_email,
        "error_type": kind,
        "error_message": message,
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
    if with_stack:
        subject[_STACK_KEY] = _stack(event)
    return subject | {LABEL + key: value for key, value in event.tags.items()}


def _stack(event: ErrorEvent) -> str:
    """A line for every call, the newest first."""
    lines = (
        f"at {frame.function} @ {frame.abs_path or frame.filename or frame.module}:{frame.line}"
        for thrown in reversed(event.exceptions)
        for frame in reversed(thrown.frames)
    )
    return "\n".join(lines)[:_STACK_LENGTH_MAX]
