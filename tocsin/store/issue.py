"""Issues at rest, the hashes that lead to them, who they are assigned to and their history."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update

from tocsin.domain.fingerprint_variant import Strategy
from tocsin.domain.issue import Issue, StageChange
from tocsin.domain.issue_words import said
from tocsin.domain.news import About
from tocsin.kernel.errors import ResourceNotFound
from tocsin.kernel.text import fold
from tocsin.store import bulk, news
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.issue import (
    issue,
    issue_assignee,
    issue_comment,
    issue_grouping,
    issue_hash,
    issue_stage_change,
)

_WORDS = ("error_type", "error_message")
_FIXED = frozenset({"issue_id", "account_id", "number", "tracking_id", "digest", *_WORDS})
_MUTABLE = tuple(name for name in Issue.__struct_fields__ if name not in _FIXED)
_COLUMNS = fields(issue, Issue)
COMMENTS_MAX = 1000


class NewHash(Struct, frozen=True):
    """A hash to attach to an issue; `version` is that of the rules that made it."""

    digest: str
    issue_id: str
    strategy: Strategy
    version: int


class Grouping(Struct, frozen=True):
    """Why the occurrences of an issue were grouped: what went into its first hash."""

    issue_id: str
    reason: str
    parts: tuple[str, ...]


class Comment(Struct, frozen=True):
    """What a member wrote on an issue."""

    comment_id: str
    account_id: int
    issue_id: str
    member_id: int
    created_at: int
    text: str


def hold(tx: Tx, application_id: str) -> None:
    """Let no other transaction group events of this application until this one ends."""
    if tx.dialect == "postgresql":
        tx.value(select(func.pg_advisory_xact_lock(func.hashtext(application_id))))


def get(tx: Tx, account_id: int, issue_id: str, *, lock: bool = False) -> Issue:
    """An issue by its id; ResourceNotFound for another account's or none."""
    found = by_ids(tx, account_id, [issue_id], lock=lock)
    if not found:
        raise unknown(issue_id)
    return found[0]


def unknown(issue_id: str) -> ResourceNotFound:
    return ResourceNotFound("no issue has the id {issue_id}", issue_id=issue_id)


def by_ids(tx: Tx, account_id: int, issue_ids: Sequence[str], *, lock: bool = False) -> list[Issue]:
    """Those that exist, in the order of their ids, so that nobody locks them in another."""
    of_ids, ids = bulk.among(tx, "issue_id", issue_ids)
    where = f"account_id = ? AND {of_ids} ORDER BY issue_id"
    if lock and tx.dialect == "postgresql":
        where += " FOR UPDATE"
    return bulk.read(tx, issue, Issue, where, (account_id, ids))


def id_of(tx: Tx, account_id: int, name: str) -> str | None:
    """The id of the issue that a digest or a tracking id names; both outlive merges."""
    by_digest = select(issue_hash.c.issue_id).where(
        issue_hash.c.account_id == account_id, issue_hash.c.digest == name
    )
    by_tracking = select(issue.c.issue_id, issue.c.merged_into).where(
        issue.c.account_id == account_id, issue.c.tracking_id == name
    )
    found: str | None = tx.value(by_digest)
    tracked = [] if found else tx.tuples(by_tracking)
    return tracked[0][1] or tracked[0][0] if tracked else found


def by_hashes(tx: Tx, account_id: int, digests: Sequence[str]) -> dict[str, str]:
    """digest → issue id, of those that are known."""
    of_digests, wanted = bulk.among(tx, "digest", digests)
    statement = f"SELECT digest, issue_id FROM issue_hash WHERE account_id = ? AND {of_digests}"  # noqa: S608
    return dict(bulk.rows(tx, statement, (account_id, wanted)))


def hashes_of(tx: Tx, account_id: int, issue_id: str) -> list[NewHash]:
    """Every hash that leads to an issue."""
    wanted = select(*fields(issue_hash, NewHash)).where(
        issue_hash.c.account_id == account_id, issue_hash.c.issue_id == issue_id
    )
    return tx.rows(wanted.order_by(issue_hash.c.digest), NewHash)


def add(tx: Tx, new: Iterable[Issue], kept: Mapping[str, int] = {}) -> None:
    """Store new issues, of each of which so many events are kept."""
    bulk.add(
        tx,
        issue,
        [_row(each) | {"kept_count": kept.get(each.issue_id, 0)} for each in _telling(tx, new)],
    )


def put(tx: Tx, changed: Iterable[Issue]) -> None:
    """Store everything about issues that may change; their words do not."""
    rows = [
        {f"new_{name}": getattr(each, name) for name in _MUTABLE} | {"key": each.issue_id}
        for each in _telling(tx, changed)
    ]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _MUTABLE}
    changing = update(issue).where(issue.c.issue_id == bindparam("key"))
    tx.run(changing.values(**values), rows)


def put_seen(tx: Tx, changed: Iterable[tuple[Issue, Issue]], kept: Mapping[str, int] = {}) -> None:
    """Store what became of issues as they were seen again, each before and after, of which so many
    more events are kept. Their words stay, and an index is left alone unless what it holds changed."""
    alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for before, after in changed:
        news.tell(tx, after.account_id, About.ISSUE, after.issue_id)
        names = tuple([n for n in _MUTABLE if getattr(after, n) != getattr(before, n)])
        values = [getattr(after, name) for name in names]
        row = (*values, kept.get(after.issue_id, 0), after.issue_id)
        alike.setdefault(names, []).append(row)
    for names, rows in alike.items():
        bulk.change(tx, issue, "issue_id", names, rows, added="kept_count")


def attach(tx: Tx, account_id: int, hashes: Iterable[NewHash]) -> None:
    rest = {"account_id": account_id, "count": 0}
    bulk.add(tx, issue_hash, [asdict(each) | rest for each in hashes])


def count(tx: Tx, account_id: int, changes: Mapping[str, int]) -> None:
    """Add to how many errors these digests were the first hash of."""
    rows = [(change, account_id, digest) for digest, change in sorted(changes.items())]
    statement = "UPDATE issue_hash SET count = count + ? WHERE account_id = ? AND digest = ?"
    bulk.run(tx, statement, rows)


def counted(tx: Tx, account_id: int, digests: Collection[str]) -> int:
    """How many errors these digests were the first hash of."""
    wanted = select(func.sum(issue_hash.c.count)).where(
        issue_hash.c.account_id == account_id, issue_hash.c.digest.in_(sorted(digests))
    )
    return int(tx.value(wanted) or 0)


def explain(tx: Tx, account_id: int, groupings: Iterable[Grouping]) -> None:
    """Record why issues are what they are."""
    rows = [asdict(each) | {"account_id": account_id} for each in groupings]
    bulk.add(tx, issue_grouping, rows)


def explain_anew(tx: Tx, account_id: int, grouping: Grouping) -> None:
    """Record another reason why an issue is what it is."""
    values = {"reason": grouping.reason, "parts": grouping.parts}
    mine = _of(issue_grouping, account_id, grouping.issue_id)
    tx.run(update(issue_grouping).where(mine).values(**values))


def grouping_of(tx: Tx, account_id: int, issue_id: str) -> Grouping:
    """Why an issue's occurrences were grouped."""
    wanted = select(*fields(issue_grouping, Grouping)).where(
        _of(issue_grouping, account_id, issue_id)
    )
    return tx.row(wanted, Grouping) or Grouping(issue_id, "", ())


def groupings_of(tx: Tx, account_id: int, issue_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """issue id → what made its first hash, of those where it is known."""
    table = issue_grouping
    wanted = select(table.c.issue_id, table.c.parts).where(
        table.c.account_id == account_id, table.c.issue_id.in_(issue_ids)
    )
    return dict(tx.tuples(wanted))


def note(tx: Tx, account_id: int, changes: Iterable[tuple[str, StageChange]]) -> None:
    """Record stage changes, each with the id of its issue."""
    rows = [asdict(each) | {"account_id": account_id, "issue_id": key} for key, each in changes]
    bulk.add(tx, issue_stage_change, rows)


def changes_of(tx: Tx, account_id: int, issue_ids: Sequence[str]) -> dict[str, list[StageChange]]:
    """The stage changes of each issue, the oldest first."""
    table = issue_stage_change
    wanted = select(table.c.issue_id, *fields(table, StageChange)).where(
        table.c.account_id == account_id, table.c.issue_id.in_(issue_ids)
    )
    found: dict[str, list[StageChange]] = {issue_id: [] for issue_id in issue_ids}
    for issue_id, *change in tx.tuples(wanted.order_by(table.c.id)):
        found[issue_id].append(StageChange(*change))
    return found


def assignees_of(tx: Tx, account_id: int, issue_ids: Sequence[str]) -> dict[str, list[int]]:
    """The members each issue is assigned to, in the order they were given."""
    table = issue_assignee
    wanted = select(table.c.issue_id, table.c.member_id).where(
        table.c.account_id == account_id, table.c.issue_id.in_(issue_ids)
    )
    found: dict[str, list[int]] = {issue_id: [] for issue_id in issue_ids}
    for issue_id, member_id in tx.tuples(wanted.order_by(table.c.position)):
        found[issue_id].append(member_id)
    return found


def assign(tx: Tx, account_id: int, issue_id: str, member_ids: Sequence[int]) -> None:
    """Make these members the issue's assignees, instead of whoever was."""
    tx.run(delete(issue_assignee).where(_of(issue_assignee, account_id, issue_id)))
    rows = [
        {"issue_id": issue_id, "account_id": account_id, "member_id": member, "position": place}
        for place, member in enumerate(member_ids)
    ]
    tx.run(insert(issue_assignee), rows)


def comment(tx: Tx, new: Comment) -> None:
    tx.run(insert(issue_comment).values(**asdict(new)))


def comments_of(tx: Tx, account_id: int, issue_id: str) -> list[Comment]:
    """An issue's newest 1,000 comments, the oldest first."""
    wanted = select(issue_comment).where(_of(issue_comment, account_id, issue_id))
    newest = wanted.order_by(issue_comment.c.created_at.desc(), issue_comment.c.comment_id.desc())
    return tx.rows(newest.limit(COMMENTS_MAX), Comment)[::-1]


def _telling(tx: Tx, changed: Iterable[Issue]) -> Iterator[Issue]:
    for each in changed:
        news.tell(tx, each.account_id, About.ISSUE, each.issue_id)
        yield each


def _of(table: Any, account_id: int, issue_id: str) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = (table.c.account_id == account_id) & (table.c.issue_id == issue_id)
    return mine


def _row(each: Issue) -> dict[str, Any]:
    return {name: getattr(each, name) for name in Issue.__struct_fields__} | {
        "search": fold(f"{each.error_type}: {each.error_message}"),
        "words": "".join(f" {word}" for word in said(each.error_type, each.error_message)),
    }
