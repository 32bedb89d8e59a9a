"""What is remembered of settings from one transaction to the next, and how one knows that it holds.

Whoever writes a table that settings are in moves the revision on, in the same transaction: what
was read at a revision holds for every transaction that sees this one, in whichever process.
"""

from collections.abc import Callable, Hashable
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, event, text

from tocsin.store.tables import (
    application,
    calendar,
    channel,
    error_delivery,
    error_grouping,
    error_ingestion,
    escalation,
    integration_rules,
    issue_alert,
    issue_rule,
    noise,
    platform,
)

SETTINGS: Final = frozenset(
    {
        platform.account,
        platform.member,
        platform.member_role,
        platform.role,
        platform.role_permission,
        platform.team,
        platform.team_member,
        calendar.calendar,
        calendar.calendar_entry,
        channel.channel,
        channel.channel_team,
        channel.integration,
        channel.custom_field,
        integration_rules.route,
        integration_rules.alert_pipeline,
        integration_rules.enrichment,
        noise.drop_rule,
        noise.silence_rule,
        noise.inhibit_rule,
        escalation.escalation_rule,
        escalation.notify_rule,
        application.application,
        error_delivery.error_delivery,
        error_grouping.error_grouping,
        error_ingestion.error_ingestion_rule,
        issue_alert.issue_policy,
        issue_rule.issue_rules,
    }
)
"""All that may be read into a memory. They are written with Core, one statement after the other."""

REMEMBERED_MAX: Final = 20_000
_CHANGED: Final = "settings changed"
CURRENT: Final = "SELECT number FROM revision"
"""The revision of the settings that a transaction sees; no row before the first change."""
_MOVE_ON: Final = text(
    "INSERT INTO revision (id, number) VALUES (1, 1)"
    " ON CONFLICT (id) DO UPDATE SET number = revision.number + 1"
)


class Memory:
    """What one process remembers. Safe to use from several threads at once."""

    def __init__(self) -> None:
        self._state: tuple[int, dict[Hashable, Any]] = (0, {})

    def recall(self, seen: int, key: Hashable, read: Callable[[], Any]) -> Any:
        """What `read` came to at the revision seen, or at a later one read by this transaction."""
        at, known = self._state
        if seen < at:
            return read()
        if seen > at or len(known) > REMEMBERED_MAX:
            known = {}
            self._state = (seen, known)
        if key not in known:
            known[key] = read()
        return known[key]


def watch(engine: Engine) -> None:
    """Notice when transactions on `engine` change settings."""
    event.listen(engine, "before_execute", _notice)


def begin(connection: Connection) -> None:
    """A transaction begins, which has changed nothing yet."""
    connection.info.pop(_CHANGED, None)


def is_changed(connection: Connection) -> bool:
    """Whether this transaction has changed settings."""
    return _CHANGED in connection.info


def move_on(connection: Connection) -> None:
    """Tell everybody that what they remember holds no more. The last thing before the commit: on
    PostgreSQL others wait for it."""
    if is_changed(connection):
        connection.execute(_MOVE_ON)


def _notice(connection: Connection, statement: Any, *_: object) -> None:
    table = getattr(statement, "table", None)
    if isinstance(table, Table) and table in SETTINGS:
        connection.info[_CHANGED] = True
