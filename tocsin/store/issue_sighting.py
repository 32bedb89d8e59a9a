"""Where issues were seen: sessions and versions of each, and the versions of applications."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy import Column, delete, insert, select, tuple_

from tocsin.domain.version import Release
from tocsin.kernel.paging import Window
from tocsin.store import bulk
from tocsin.store.database import Tx
from tocsin.store.tables.issue import (
    application_version,
    issue_session,
    issue_user,
    issue_version,
)

Pair = tuple[Column[str], Column[str]]

VERSIONS_MAX = 100
SESSIONS_MAX = 1000
RELEASES_MAX = 1000


class SeenUser(Struct, frozen=True):
    """A person an issue happened to, and when (ms) it first did."""

    user_id: str
    seen_at: int


def new_sessions(tx: Tx, account_id: int, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Record (issue id, session id) pairs; the answer is those nobody had recorded."""
    return _new(tx, account_id, (issue_session.c.issue_id, issue_session.c.session_id), pairs)


def new_users(tx: Tx, account_id: int, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Record (issue id, user id) pairs; the answer is those nobody had recorded."""
    return _new(tx, account_id, (issue_user.c.issue_id, issue_user.c.user_id), pairs)


def users_of(tx: Tx, account_id: int, issue_id: str, page: Window) -> list[SeenUser]:
    """Whom an issue happened to, who was seen last first."""
    wanted = select(issue_user.c.user_id, issue_user.c.seen_at).where(
        issue_user.c.account_id == account_id, issue_user.c.issue_id == issue_id
    )
    ordered = wanted.order_by(issue_user.c.seen_at.desc(), issue_user.c.user_id)
    return tx.rows(ordered.offset(page.offset).limit(page.limit), SeenUser)


def sessions_of(tx: Tx, account_id: int, issue_id: str) -> tuple[str, ...]:
    """The sessions an issue was last seen in, 1,000 at most."""
    wanted = select(issue_session.c.session_id).where(
        issue_session.c.account_id == account_id, issue_session.c.issue_id == issue_id
    )
    latest = wanted.order_by(issue_session.c.seen_at.desc()).limit(SESSIONS_MAX)
    return tuple(tx.values(latest))


def add_versions(tx: Tx, account_id: int, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Record (issue id, version) pairs; the answer is those nobody had recorded."""
    return _new(tx, account_id, (issue_version.c.issue_id, issue_version.c.version), pairs)


def shown(tx: Tx, pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (issue id, version) pairs where that version showed the issue."""
    if not pairs:
        return set()
    table, values = bulk.given(tx, sorted(pairs))
    statement = (
        f"SELECT a, b FROM {table} CROSS JOIN issue_version v"  # noqa: S608
        " WHERE v.issue_id = given.a AND v.version = given.b"
    )
    return {(issue_id, version) for issue_id, version in bulk.rows(tx, statement, values)}


def versions_of(tx: Tx, account_id: int, issue_ids: Sequence[str]) -> dict[str, list[str]]:
    """issue id → the versions that showed it, in the order they came, 100 at most."""
    wanted = select(issue_version.c.issue_id, issue_version.c.version).where(
        issue_version.c.account_id == account_id, issue_version.c.issue_id.in_(issue_ids)
    )
    found: dict[str, list[str]] = {issue_id: [] for issue_id in issue_ids}
    for issue_id, version in tx.tuples(
        wanted.order_by(issue_version.c.seen_at, issue_version.c.version)
    ):
        found[issue_id].append(version)
    return {issue_id: versions[-VERSIONS_MAX:] for issue_id, versions in found.items()}


def releases(
    tx: Tx, account_id: int, application_id: str, service: str, versions: Iterable[str]
) -> dict[str, Release]:
    """version → release, of those an application's service is known to have."""
    table = application_version
    wanted = select(table.c.version, table.c.first_seen_at).where(
        table.c.account_id == account_id,
        table.c.application_id == application_id,
        table.c.service == service,
        table.c.version.in_(set(versions)),
    )
    return {release.version: release for release in tx.rows(wanted, Release)}


def newest_releases(tx: Tx, account_id: int, application_id: str, service: str) -> list[Release]:
    """The releases of an application's service that came last, 1,000 at most."""
    table = application_version
    wanted = select(table.c.version, table.c.first_seen_at).where(
        table.c.account_id == account_id,
        table.c.application_id == application_id,
        table.c.service == service,
    )
    return tx.rows(wanted.order_by(table.c.first_seen_at.desc()).limit(RELEASES_MAX), Release)


def add_releases(
    tx: Tx, account_id: int, application_id: str, service: str, new: Iterable[Release]
) -> None:
    tx.run(
        insert(application_version),
        [
            {
                "account_id": account_id,
                "application_id": application_id,
                "service": service,
                "version": release.version,
                "first_seen_at": release.first_seen_at,
            }
            for release in new
        ],
    )


def sweep_sessions(tx: Tx, before: int, limit: int) -> int:
    """Forget up to `limit` sessions recorded before that instant, and say how many."""
    return _sweep(tx, (issue_session.c.issue_id, issue_session.c.session_id), before, limit)


def sweep_users(tx: Tx, before: int, limit: int) -> int:
    """Forget up to `limit` people recorded before that instant, and say how many."""
    return _sweep(tx, (issue_user.c.issue_id, issue_user.c.user_id), before, limit)


def _sweep(tx: Tx, columns: Pair, before: int, limit: int) -> int:
    table = columns[0].table
    old = select(*columns).where(table.c.seen_at < before).limit(limit)
    return tx.run(delete(table).where(tuple_(*columns).in_(old)))


def _new(
    tx: Tx, account_id: int, columns: Pair, pairs: Iterable[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Insert the pairs that the table of `columns` lacks, and say which."""
    ordered = sorted(set(pairs))
    if not ordered:
        return set()
    names = ", ".join(column.key for column in columns)
    given, values = bulk.given(tx, ordered)
    statement = (
        f"INSERT INTO {columns[0].table.name} ({names}, account_id, seen_at)"  # noqa: S608
        f" SELECT a, b, CAST(? AS BIGINT), CAST(? AS BIGINT) FROM {given} WHERE true"
        f" ON CONFLICT DO NOTHING RETURNING {names}"
    )
    found = bulk.rows(tx, statement, (account_id, tx.now, *values))
    return {(first, second) for first, second in found}
