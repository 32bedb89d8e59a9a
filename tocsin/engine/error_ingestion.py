"""What may be done to the error-ingestion rules of an application. Every change is remembered with
all rules as it left them, so that they can be taken back to any of them."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.error_ingestion import RULES_MAX, IngestionRule, check
from tocsin.domain.filter import Filter
from tocsin.domain.noise_rule import RuleStatus
from tocsin.engine import application as applications
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.store import error_ingestion as rules
from tocsin.store.database import Tx
from tocsin.store.error_ingestion import Revision

REVERT: Final = "revert"


class Wording(Struct, frozen=True):
    """What people write about a rule."""

    name: str
    description: str
    filters: Filter


def create(tx: Tx, caller: Caller, application_id: str, wording: Wording) -> IngestionRule:
    """A new rule; InvalidParameter for filters that cannot be meant or one rule too many."""
    current = _held(tx, caller, application_id)
    if len(current) >= RULES_MAX:
        raise InvalidParameter("there may be at most {maximum} rules", maximum=RULES_MAX)
    check(wording.filters)
    new = IngestionRule(
        id=tx.ids.object_id(),
        account_id=caller.account_id,
        application_id=application_id,
        name=wording.name,
        description=wording.description,
        filters=wording.filters,
        created_by=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    _save(tx, caller, application_id, (*current, new), ("create", new.name))
    return new


def change(tx: Tx, caller: Caller, application_id: str, rule_id: str, wording: Wording) -> None:
    """Replace what a rule says."""
    check(wording.filters)
    current = _held(tx, caller, application_id)
    before = _one(current, rule_id)
    after = replace(
        before, name=wording.name, description=wording.description, filters=wording.filters
    )
    _put(tx, caller, current, after, "update")


def set_status(
    tx: Tx, caller: Caller, application_id: str, rule_id: str, status: RuleStatus
) -> None:
    """Enable or disable a rule; the status it has already changes nothing."""
    current = _held(tx, caller, application_id)
    before = _one(current, rule_id)
    if before.status is not status:
        action = "enable" if status is RuleStatus.ENABLED else "disable"
        _put(tx, caller, current, replace(before, status=status), action)


def delete(tx: Tx, caller: Caller, application_id: str, rule_id: str) -> None:
    """Delete a rule."""
    current = _held(tx, caller, application_id)
    gone = _one(current, rule_id)
    left = [rule for rule in current if rule.id != rule_id]
    _save(tx, caller, application_id, left, ("delete", gone.name))


def revert(tx: Tx, caller: Caller, application_id: str, revision_id: str) -> None:
    """Have the rules as a change of the history left them."""
    _held(tx, caller, application_id)
    found = rules.revision(tx, caller.account_id, application_id, revision_id)
    if found is None:
        raise ResourceNotFound(
            "the history has no entry {history_id}; list it first", history_id=revision_id
        )
    _save(tx, caller, application_id, found.rules, (REVERT, found.rule_name))


def _held(tx: Tx, caller: Caller, application_id: str) -> tuple[IngestionRule, ...]:
    """The rules of an application that the caller may change, locked."""
    applications.managed(tx, caller, application_id)
    return rules.of_application(tx, caller.account_id, application_id)


def _one(current: Sequence[IngestionRule], rule_id: str) -> IngestionRule:
    for rule in current:
        if rule.id == rule_id:
            return rule
    raise ResourceNotFound(
        "the application has no rule {rule_id}; list them first", rule_id=rule_id
    )


def _put(
    tx: Tx, caller: Caller, current: Sequence[IngestionRule], after: IngestionRule, action: str
) -> None:
    changed = replace(after, updated_by=caller.member_id, updated_at=tx.now)
    left = [changed if rule.id == after.id else rule for rule in current]
    _save(tx, caller, after.application_id, left, (action, after.name))


def _save(
    tx: Tx,
    caller: Caller,
    application_id: str,
    left: Sequence[IngestionRule],
    done: tuple[str, str],
) -> None:
    """Store all rules, and how they came to be so."""
    account_id = caller.account_id
    rules.replace_all(tx, account_id, application_id, left)
    action, rule_name = done
    revision = Revision(
        id=tx.ids.ulid(),
        account_id=account_id,
        application_id=application_id,
        action=action,
        rule_name=rule_name,
        member_id=caller.member_id,
        at=tx.now,
        rules=tuple(left),
    )
    rules.keep(tx, revision)
