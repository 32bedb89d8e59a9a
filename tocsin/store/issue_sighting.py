"""Where issues were seen: sessions and versions of each, and the versions of applications."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Column, delete, insert, select, tuple_

from tocsin.domain.version import Release
from tocsin.store.database import Tx
from tocsin.store.tables.issue import application_version, issue_session, issue_version

VERSIONS_MAX = 100
RELEASES_MAX = 1000
# Small, as every first is looked up with every second.
_CHUNK = 32


def new_sessions(tx: Tx, account_id: int, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Record (issue id, session id) pairs; the answer is those nobody had recorded."""
    columns = (issue_session.c.issue_id, issue_session.c.session_id)
    fresh = _absent(tx, columns, pairs)
    tx.run(
        insert(issue_session),
        [
            {"issue_id": key, "session_id": session, "account_id": account_id, "seen_at": tx.now}
            for key, session in fresh
        ],
    )
    return fresh


def add_versions(tx: Tx, account_id: int, pairs: Iterable[tuple[str, str]]) -> None:
    """Record (issue id, version) pairs."""
    columns = (issue_version.c.issue_id, issue_version.c.version)
    tx.run(
        insert(issue_version),
        [
            {"issue_id": key, "version": version, "account_id": account_id, "seen_at": tx.now}
            for key, version in _absent(tx, columns, pairs)
        ],
    )


def shown(tx: Tx, pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (issue id, version) pairs where that version showed the issue."""
    columns = (issue_version.c.issue_id, issue_version.c.version)
    return pairs - _absent(tx, columns, pairs)


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
    columns = (issue_session.c.issue_id, issue_session.c.session_id)
    old = select(*columns).where(issue_session.c.seen_at < before).limit(limit)
    return tx.run(delete(issue_session).where(tuple_(*columns).in_(old)))


def _absent(
    tx: Tx, columns: tuple[Column[str], Column[str]], pairs: Iterable[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Those pairs that the table of `columns` lacks."""
    fresh = set(pairs)
    ordered = sorted(fresh)
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        wanted = select(*columns).where(
            columns[0].in_({first for first, _ in chunk}),
            columns[1].in_({second for _, second in chunk}),
        )
        fresh.difference_update((first, second) for first, second in tx.tuples(wanted))
    return fresh
