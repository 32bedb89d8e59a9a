"""Issues made one at rest: what leads to them and what they were seen in changes hands."""

from collections.abc import Collection, Sequence

from msgspec.structs import asdict
from sqlalchemy import (
    ColumnElement,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.issue import Issue
from tocsin.domain.issue_event import Keep
from tocsin.domain.issue_merge import Merge, Span
from tocsin.domain.rum import RumKind
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.issue_event import unpack
from tocsin.store.tables.issue import (
    issue,
    issue_comment,
    issue_event,
    issue_hash,
    issue_session,
    issue_user,
    issue_version,
)
from tocsin.store.tables.issue_activity import issue_link
from tocsin.store.tables.issue_alert import issue_rate
from tocsin.store.tables.issue_merge import issue_merge
from tocsin.store.tables.rum import rum_event
from tocsin.store.upsert import add_up


def put(tx: Tx, merge: Merge) -> None:
    tx.run(insert(issue_merge).values(**asdict(merge)))


def of_target(tx: Tx, account_id: int, target_id: str) -> list[Merge]:
    """What was merged into an issue, the oldest first."""
    wanted = select(*fields(issue_merge, Merge)).where(
        issue_merge.c.account_id == account_id, issue_merge.c.target_id == target_id
    )
    return tx.rows(wanted.order_by(issue_merge.c.merged_at, issue_merge.c.issue_id), Merge)


def forget(tx: Tx, issue_id: str) -> None:
    tx.run(delete(issue_merge).where(issue_merge.c.issue_id == issue_id))


def hand_on(tx: Tx, source_id: str, target_id: str) -> None:
    """Have what was merged into one issue belong to another."""
    mine = issue_merge.c.target_id == source_id
    tx.run(update(issue_merge).where(mine).values(target_id=target_id))
    follows = issue.c.merged_into == source_id
    tx.run(update(issue).where(follows).values(merged_into=target_id))


def repoint(
    tx: Tx, account_id: int, source_id: str, target_id: str, digests: Collection[str]
) -> None:
    """Have these hashes of one issue lead to another."""
    tx.run(
        update(issue_hash)
        .where(
            issue_hash.c.account_id == account_id,
            issue_hash.c.issue_id == source_id,
            issue_hash.c.digest.in_(sorted(digests)),
        )
        .values(issue_id=target_id)
    )


def move_events(tx: Tx, source_id: str, target_id: str, event_ids: Sequence[str] | None) -> int:
    """Move stored events (None: all) from one issue to another and say how many; what the other
    has already is dropped."""
    mine = [issue_event.c.issue_id == source_id]
    if event_ids is not None:
        mine.append(issue_event.c.event_id.in_(event_ids))
    there = select(issue_event.c.event_id).where(issue_event.c.issue_id == target_id)
    dropped = tx.run(delete(issue_event).where(*mine, issue_event.c.event_id.in_(tx.values(there))))
    moved = tx.run(update(issue_event).where(*mine).values(issue_id=target_id))
    _count(tx, source_id, -moved - dropped)
    _count(tx, target_id, moved)
    return moved


def drop_event(tx: Tx, account_id: int, application_id: str, issue_id: str, event_id: str) -> None:
    """Delete a stored event, also from the session it was seen in."""
    mine = (issue_event.c.issue_id == issue_id, issue_event.c.event_id == event_id)
    _count(tx, issue_id, -tx.run(delete(issue_event).where(*mine)))
    tx.run(delete(rum_event).where(*_told(account_id, application_id, event_id)))


def file_under(tx: Tx, account_id: int, application_id: str, event_id: str, digest: str) -> None:
    """Have the session an event was seen in tell the issue of another hash."""
    told = _told(account_id, application_id, event_id)
    tx.run(update(rum_event).where(*told).values(digest=digest))


def events(tx: Tx, issue_id: str) -> list[ErrorEvent]:
    """All stored events of an issue, the oldest first; sampling bounds their number."""
    wanted = select(issue_event.c.payload, issue_event.c.raw_bytes)
    wanted = wanted.where(issue_event.c.issue_id == issue_id).order_by(issue_event.c.id)
    return [unpack(payload, raw_bytes)[0] for payload, raw_bytes in tx.tuples(wanted)]


def span(tx: Tx, issue_id: str) -> Span | None:
    """When and in which versions the stored events of an issue were first and last seen."""
    columns = (issue_event.c.occurred_at, issue_event.c.version)
    mine = select(*columns).where(issue_event.c.issue_id == issue_id)
    first = tx.tuples(mine.order_by(issue_event.c.occurred_at, issue_event.c.id).limit(1))
    if not first:
        return None
    latest = mine.order_by(issue_event.c.occurred_at.desc(), issue_event.c.id.desc())
    return Span(*first[0], *tx.tuples(latest.limit(1))[0])


def keep_first(tx: Tx, issue_id: str) -> None:
    """Have the oldest stored event of an issue stay with it."""
    oldest = select(func.min(issue_event.c.id)).where(issue_event.c.issue_id == issue_id)
    tx.run(update(issue_event).where(issue_event.c.id == tx.value(oldest)).values(keep=Keep.FIRST))


def talk(tx: Tx, source_id: str, target_id: str) -> None:
    """Move comments and links from one issue to another."""
    for table in (issue_comment, issue_link):
        mine = table.c.issue_id == source_id
        tx.run(update(table).where(mine).values(issue_id=target_id))


def share(tx: Tx, source_id: str, target_id: str) -> tuple[int, int, tuple[str, ...]]:
    """Have an issue seen wherever another was. Says how many sessions and people both had, and
    the versions that only the other had."""
    sessions = _copy(tx, issue_session, "session_id", source_id, target_id)
    users = _copy(tx, issue_user, "user_id", source_id, target_id)
    mine = select(issue_version.c.version).where(issue_version.c.issue_id == target_id)
    theirs = select(issue_version.c.version).where(issue_version.c.issue_id == source_id)
    brought = set(tx.values(theirs)) - set(tx.values(mine))
    _copy(tx, issue_version, "version", source_id, target_id)
    _add_rates(tx, source_id, target_id, 1)
    _file_rates(tx, source_id, "")
    return sessions, users, tuple(sorted(brought))


def unshare(
    tx: Tx, source: Issue, target_id: str, versions: Sequence[str], still_shown: Collection[str]
) -> None:
    """Take from an issue the versions and counts by the hour that another brought, but for the
    versions that its own events show."""
    going = sorted(set(versions) - set(still_shown))
    gone = (issue_version.c.issue_id == target_id, issue_version.c.version.in_(going))
    tx.run(delete(issue_version).where(*gone))
    _file_rates(tx, source.issue_id, source.application_id)
    _add_rates(tx, source.issue_id, target_id, -1)


def _file_rates(tx: Tx, issue_id: str, application_id: str) -> None:
    """While an issue is merged, its own counts by the hour are no application's: the other issue
    has them too."""
    mine = issue_rate.c.issue_id == issue_id
    tx.run(update(issue_rate).where(mine).values(application_id=application_id))


def _copy(tx: Tx, table: Table, name: str, source_id: str, target_id: str) -> int:
    """Copy the rows of one issue that another lacks; how many both had."""
    there = select(table.c[name]).where(table.c.issue_id == target_id)
    mine = table.c.issue_id == source_id
    shared = select(func.count()).select_from(table).where(mine, table.c[name].in_(there))
    count = int(tx.value(shared))
    rest = [column for column in table.c if column.name != "issue_id"]
    new = select(literal(target_id), *rest).where(mine, table.c[name].not_in(there))
    tx.run(insert(table).from_select(["issue_id", *(each.name for each in rest)], new))
    return count


def _add_rates(tx: Tx, source_id: str, target_id: str, sign: int) -> None:
    names = ("hour", "env", "version", "account_id", "application_id", "count")
    wanted = select(*(issue_rate.c[name] for name in names))
    found = tx.tuples(wanted.where(issue_rate.c.issue_id == source_id))
    rows = [dict(zip(names, row, strict=True)) | {"issue_id": target_id} for row in found]
    for row in rows:
        row["count"] *= sign
    if rows:
        add_up(tx, issue_rate, rows)


def _count(tx: Tx, issue_id: str, change: int) -> None:
    counted = update(issue).where(issue.c.issue_id == bindparam("key"))
    values = counted.values(kept_count=issue.c.kept_count + bindparam("change"))
    tx.run(values, [{"key": issue_id, "change": change}])


def _told(account_id: int, application_id: str, event_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        rum_event.c.account_id == account_id,
        rum_event.c.application_id == application_id,
        rum_event.c.kind == RumKind.ERROR,
        rum_event.c.event_id == event_id,
    )
