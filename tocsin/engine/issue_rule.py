"""What may be done to the severity and owner rules of an application. Every change is remembered
with all rules as it left them, so that they can be taken back to any of them."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.issue_rule import RULES_MAX, IssueRule, RuleFamily, Rules, check, moved, one
from tocsin.domain.noise_rule import RuleStatus
from tocsin.engine import application as applications
from tocsin.engine import channel as channels
from tocsin.engine.access import require_known_team
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.store import issue_rule as stored
from tocsin.store import member as members
from tocsin.store.database import Tx
from tocsin.store.issue_rule import Revision

_ACTIONS: Final = {RuleStatus.ENABLED: "enable", RuleStatus.DISABLED: "disable"}


class Place(Struct, frozen=True):
    """The rules meant: one family of one application."""

    application_id: str
    family: RuleFamily


def create(tx: Tx, caller: Caller, place: Place, wording: IssueRule) -> IssueRule:
    """A new rule behind the others; InvalidParameter for one that cannot be meant, or one too
    many."""
    current = _held(tx, caller, place)
    if len(current) >= RULES_MAX:
        raise InvalidParameter("there may be at most {maximum} rules", maximum=RULES_MAX)
    _check(tx, caller, place, wording)
    by = {"created_by": caller.member_id, "created_at": tx.now}
    new = _stamped(tx, caller, replace(wording, id=tx.ids.object_id(), **by))
    _save(tx, caller, place, (*current, new), ("create", new.name))
    return new


def change(tx: Tx, caller: Caller, place: Place, wording: IssueRule) -> None:
    """Replace what a rule says; its place, status and origin stay."""
    current = _held(tx, caller, place)
    before = one(current, wording.id)
    _check(tx, caller, place, wording)
    after = replace(
        wording,
        status=before.status,
        created_by=before.created_by,
        created_at=before.created_at,
    )
    _put(tx, caller, place, current, after, "update")


def set_status(tx: Tx, caller: Caller, place: Place, rule_id: str, status: RuleStatus) -> None:
    """Enable or disable a rule; the status it has already changes nothing."""
    current = _held(tx, caller, place)
    before = one(current, rule_id)
    if before.status is not status:
        _put(tx, caller, place, current, replace(before, status=status), _ACTIONS[status])


def delete(tx: Tx, caller: Caller, place: Place, rule_id: str) -> None:
    """Delete a rule."""
    current = _held(tx, caller, place)
    gone = one(current, rule_id)
    left = tuple(rule for rule in current if rule is not gone)
    _save(tx, caller, place, left, ("delete", gone.name))


def reorder(tx: Tx, caller: Caller, place: Place, rule_id: str, target_id: str) -> None:
    """Move a rule to the place of another, which moves on."""
    current = _held(tx, caller, place)
    ordered = moved(current, rule_id, target_id)
    if ordered != current:
        _save(tx, caller, place, ordered, ("reorder", one(current, rule_id).name))


def revert(tx: Tx, caller: Caller, place: Place, revision_id: str) -> None:
    """Have the rules as a change of the history left them."""
    _held(tx, caller, place)
    found = stored.revision(tx, caller.account_id, place.application_id, place.family, revision_id)
    if found is None:
        raise ResourceNotFound(
            "the history has no entry {history_id}; list it first", history_id=revision_id
        )
    for rule in found.rules:
        _check(tx, caller, place, rule)
    _save(tx, caller, place, found.rules, ("revert", found.rule_name))


def _held(tx: Tx, caller: Caller, place: Place) -> Rules:
    """The rules of an application that the caller may change, locked."""
    applications.managed(tx, caller, place.application_id)
    return stored.of_family(tx, caller.account_id, place.application_id, place.family)


def _check(tx: Tx, caller: Caller, place: Place, wanted: IssueRule) -> None:
    check(wanted, place.family)
    require_known_team(tx, caller.account_id, wanted.team_id)
    channels.require_visible(tx, caller, wanted.channel_ids)
    live = set(members.live_ids(tx, caller.account_id)) if wanted.member_ids else set()
    for member_id in wanted.member_ids:
        if member_id not in live:
            raise InvalidParameter(
                "member_ids: {member_id} is no member of this account", member_id=member_id
            )


def _put(
    tx: Tx, caller: Caller, place: Place, current: Rules, after: IssueRule, action: str
) -> None:
    changed = _stamped(tx, caller, after)
    left = tuple(changed if rule.id == after.id else rule for rule in current)
    _save(tx, caller, place, left, (action, after.name))


def _stamped(tx: Tx, caller: Caller, rule: IssueRule) -> IssueRule:
    return replace(rule, updated_by=caller.member_id, updated_at=tx.now)


def _save(tx: Tx, caller: Caller, place: Place, left: Rules, done: tuple[str, str]) -> None:
    action, rule_name = done
    revision = Revision(
        id=tx.ids.ulid(),
        account_id=caller.account_id,
        application_id=place.application_id,
        family=place.family,
        action=action,
        rule_name=rule_name,
        member_id=caller.member_id,
        at=tx.now,
        rules=left,
    )
    stored.keep(tx, revision)
