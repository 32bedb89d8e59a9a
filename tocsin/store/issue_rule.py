"""Severity and owner rules at rest, their history, and the owners of issues."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, delete, func, insert, select

from tocsin.domain.issue_rule import RuleBook, RuleFamily, Rules
from tocsin.kernel.paging import Window
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.issue_rule import issue_owner, issue_rules, issue_rules_history
from tocsin.store.upsert import upsert

HISTORY_MAX = 200


class Revision(Struct, frozen=True, kw_only=True):
    """The rules as `action` on `rule_name` left them; `at` is ms."""

    id: str
    account_id: int
    application_id: str
    family: RuleFamily
    action: str
    rule_name: str
    member_id: int
    at: int
    rules: Rules


class Owner(Struct, frozen=True):
    """Whose an issue is by a rule: a team (0 for none), and the channels its alerts go to."""

    issue_id: str
    account_id: int
    rule_id: str
    rule_name: str
    team_id: int
    channel_ids: tuple[int, ...]


def book(tx: Tx, account_id: int, application_id: str) -> RuleBook:
    """All rules of an application."""
    wanted = select(issue_rules.c.family, issue_rules.c.rules).where(
        issue_rules.c.account_id == account_id, issue_rules.c.application_id == application_id
    )
    found: dict[str, Rules] = {str(family): rules for family, rules in tx.tuples(wanted)}
    return RuleBook(**found)


def of_family(tx: Tx, account_id: int, application_id: str, family: RuleFamily) -> Rules:
    """The rules of one family in their order."""
    known = book(tx, account_id, application_id)
    return known.severity if family is RuleFamily.SEVERITY else known.owner


def keep(tx: Tx, revision: Revision) -> None:
    """Have an application the rules of a revision, which its history remembers; changes that lie
    over 200 back are forgotten."""
    key = {"application_id": revision.application_id, "family": revision.family}
    values = {"account_id": revision.account_id, "rules": revision.rules}
    upsert(tx, issue_rules, key, values)
    table = issue_rules_history
    tx.run(insert(table).values(**asdict(revision) | {"rules": revision.rules}))
    mine = _history(revision.account_id, revision.application_id, revision.family)
    older = select(table.c.place).where(*mine).order_by(table.c.place.desc()).offset(HISTORY_MAX)
    tx.run(delete(table).where(table.c.place.in_(tx.values(older.limit(HISTORY_MAX)))))


def history(
    tx: Tx, account_id: int, application_id: str, family: RuleFamily, window: Window
) -> tuple[list[Revision], int]:
    """Part of a history, the newest first, and how long it is."""
    table, mine = issue_rules_history, _history(account_id, application_id, family)
    wanted = select(*fields(table, Revision)).where(*mine).order_by(table.c.place.desc())
    found = tx.rows(wanted.offset(window.offset).limit(window.limit), Revision)
    return found, int(tx.value(select(func.count()).select_from(table).where(*mine)))


def revision(
    tx: Tx, account_id: int, application_id: str, family: RuleFamily, revision_id: str
) -> Revision | None:
    """One entry of a history, None where there is none."""
    table = issue_rules_history
    wanted = select(*fields(table, Revision)).where(
        *_history(account_id, application_id, family), table.c.id == revision_id
    )
    return tx.row(wanted, Revision)


def own(tx: Tx, owners: Iterable[Owner]) -> None:
    """Keep the owners of new issues."""
    tx.run(insert(issue_owner), [asdict(one) for one in owners])


def owner_of(tx: Tx, account_id: int, issue_id: str) -> Owner | None:
    """Whose an issue is by a rule; None where none said."""
    wanted = select(issue_owner).where(
        issue_owner.c.account_id == account_id, issue_owner.c.issue_id == issue_id
    )
    return tx.row(wanted, Owner)


def _history(
    account_id: int, application_id: str, family: RuleFamily
) -> tuple[ColumnElement[bool], ...]:
    table = issue_rules_history
    return (
        table.c.account_id == account_id,
        table.c.application_id == application_id,
        table.c.family == family,
    )
