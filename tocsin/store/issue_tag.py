"""The values that tags of an issue's events had."""

from collections.abc import Collection, Iterable

from sqlalchemy import select

from tocsin.store import bulk
from tocsin.store.database import Tx
from tocsin.store.tables.issue import issue_tag

VALUES_MAX = 100
"""Of one issue: a tag that is different each time is nothing to search by."""

Tagged = tuple[str, str, str]
"""An issue's id, a tag's name and its value."""


def learn(tx: Tx, account_id: int, seen: Collection[Tagged]) -> list[Tagged]:
    """Keep what events were tagged with, so many values an issue; the answer is what is new."""
    if not seen:
        return []
    given, values = bulk.given(tx, sorted(seen))
    known = "SELECT 1 FROM issue_tag t WHERE t.issue_id = a AND t.name = b AND t.value = c"
    statement = f"SELECT a, b, c FROM {given} WHERE NOT EXISTS ({known})"  # noqa: S608
    absent = bulk.rows(tx, statement, values)
    if not absent:
        return []
    room = _room(tx, {issue_id for issue_id, _, _ in absent})
    new: list[Tagged] = []
    for issue_id, name, value in absent:
        room[issue_id] -= 1
        if room[issue_id] >= 0:
            new.append((issue_id, name, value))
    names = ("issue_id", "name", "value", "account_id")
    bulk.add_tuples(tx, issue_tag, names, [(*one, account_id) for one in new])
    return new


def share(tx: Tx, account_id: int, source_id: str, target_id: str) -> list[tuple[str, str]]:
    """Have an issue tagged with what another is; the answer is what is new to it."""
    wanted = select(issue_tag.c.name, issue_tag.c.value).where(issue_tag.c.issue_id == source_id)
    theirs = [(target_id, str(name), str(value)) for name, value in tx.tuples(wanted)]
    return [(name, value) for _, name, value in learn(tx, account_id, theirs)]


def drop(tx: Tx, issue_id: str, tags: Iterable[tuple[str, str]]) -> None:
    """Have an issue not be tagged so."""
    statement = "DELETE FROM issue_tag WHERE issue_id = ? AND name = ? AND value = ?"
    bulk.run(tx, statement, [(issue_id, name, value) for name, value in sorted(tags)])


def _room(tx: Tx, issue_ids: set[str]) -> dict[str, int]:
    of_issues, ids = bulk.among(tx, "issue_id", sorted(issue_ids))
    statement = f"SELECT issue_id, count(*) FROM issue_tag WHERE {of_issues} GROUP BY issue_id"  # noqa: S608
    held = {issue_id: int(count) for issue_id, count in bulk.rows(tx, statement, (ids,))}
    return {issue_id: VALUES_MAX - held.get(issue_id, 0) for issue_id in issue_ids}
