"""Escalation and notification rules at rest, with whom they name."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final, TypeVar

from sqlalchemy import and_, delete, insert, select

from tocsin.domain.escalation import EscalationRule, NotifyRule, Target
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.robot_secret import handle_of
from tocsin.store import noise_rule as rules
from tocsin.store.database import Tx
from tocsin.store.noise_rule import Shelf
from tocsin.store.tables.escalation import escalation_rule, notify_rule, rule_reference

ESCALATIONS: Final = Shelf(escalation_rule, EscalationRule)
NOTICES: Final = Shelf(notify_rule, NotifyRule)
_TABLES: Final = (escalation_rule, notify_rule)

R = TypeVar("R", EscalationRule, NotifyRule)


ROBOT_RULES_MAX: Final = 2_000


class Named(StrEnum):
    """What a rule may name."""

    MEMBER = "member"
    TEAM = "team"
    SCHEDULE = "schedule"
    TEMPLATE = "template"
    CALENDAR = "calendar"
    SECRET = "secret"  # noqa: S105 - what a rule may name, no password


def add(tx: Tx, shelf: Shelf[R], new: R) -> None:
    """Keep a new rule."""
    rules.add(tx, shelf, new)
    _refer(tx, new)


def save(tx: Tx, shelf: Shelf[R], changed: R) -> None:
    """Keep what became of a rule."""
    rules.save(tx, shelf, changed)
    forget_references(tx, changed.account_id, [changed.id])
    _refer(tx, changed)


def ruled(tx: Tx, account_id: int, channel_ids: Sequence[int]) -> set[int]:
    """Those of these channels that have a rule in force, of either kind."""
    key = ("ruled", account_id)
    known = tx.remembered(key, lambda: _ruled(tx, account_id))
    return set(known.intersection(channel_ids))


def _ruled(tx: Tx, account_id: int) -> frozenset[int]:
    found: set[int] = set()
    for table in _TABLES:
        wanted = select(table.c.channel_id).where(
            table.c.account_id == account_id, table.c.status == RuleStatus.ENABLED
        )
        found.update(tx.values(wanted.distinct()))
    return frozenset(found)


def telling_robots(tx: Tx, shelf: Shelf[R], account_id: int) -> list[R]:
    """The rules that tell chat robots, the oldest first."""
    having = select(rule_reference.c.rule_id).where(
        rule_reference.c.account_id == account_id, rule_reference.c.kind == Named.SECRET
    )
    found = select(shelf.table).where(
        shelf.table.c.account_id == account_id, shelf.table.c.id.in_(having)
    )
    return tx.rows(found.order_by(shelf.table.c.id).limit(ROBOT_RULES_MAX), shelf.shape)


def remove_of_channel(tx: Tx, account_id: int, channel_id: int) -> None:
    """Forget every rule of a channel."""
    for table in _TABLES:
        mine = and_(table.c.account_id == account_id, table.c.channel_id == channel_id)
        forget_references(tx, account_id, tx.values(select(table.c.id).where(mine)))
        tx.run(delete(table).where(mine))


def forget_references(tx: Tx, account_id: int, rule_ids: Sequence[str]) -> None:
    """Forget whom rules name."""
    tx.run(
        delete(rule_reference).where(
            rule_reference.c.account_id == account_id, rule_reference.c.rule_id.in_(rule_ids)
        )
    )


def refer(tx: Tx, account_id: int, rule_id: str, named: Iterable[tuple[Named, str]]) -> None:
    """Keep whom a rule names, or whatever else has chats that are told."""
    rows = [
        {"account_id": account_id, "kind": kind, "target_id": target_id, "rule_id": rule_id}
        for kind, target_id in sorted(named)
    ]
    tx.run(insert(rule_reference), rows)


def _refer(tx: Tx, rule: EscalationRule | NotifyRule) -> None:
    named = {(Named.TEMPLATE, rule.template_id.lower())}
    named.update((Named.CALENDAR, one.cal_id) for one in rule.windows if one.cal_id)
    if isinstance(rule, EscalationRule):
        for layer in rule.layers:
            named.update(_named(layer.target))
    else:
        named.update(_named(rule.target))
    refer(tx, rule.account_id, rule.id, named)


def _named(target: Target) -> Iterator[tuple[Named, str]]:
    yield from ((Named.MEMBER, str(one)) for one in target.person_ids or ())
    yield from ((Named.TEAM, str(one)) for one in target.team_ids or ())
    yield from ((Named.SCHEDULE, str(one)) for one in target.schedules)
    handles = (handle_of(one.settings or {}) for one in target.webhooks or ())
    yield from ((Named.SECRET, one) for one in handles if one)
