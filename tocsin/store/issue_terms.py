"""Terms of issues, and the commits of releases, at rest."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, select, update

from tocsin.domain.issue_terms import Terms, TermsKind
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.issue_terms import issue_terms, release_commit
from tocsin.store.upsert import upsert, upsert_many

WAITING_MAX = 10_000


class Commit(Struct, frozen=True):
    """A commit that a release holds; `committed_at` is ms, 0 where nobody said."""

    commit: str
    author: str = ""
    message: str = ""
    committed_at: int = 0


def of_issues(tx: Tx, account_id: int, issue_ids: Collection[str]) -> dict[str, Terms]:
    """The terms of those of these issues that have any."""
    if not issue_ids:
        return {}
    wanted = select(issue_terms).where(
        issue_terms.c.account_id == account_id, issue_terms.c.issue_id.in_(issue_ids)
    )
    return {terms.issue_id: terms for terms in tx.rows(wanted, Terms)}


def put(tx: Tx, terms: Terms) -> None:
    """Keep the terms of an issue that is locked."""
    values = asdict(terms)
    upsert(tx, issue_terms, {"issue_id": values.pop("issue_id")}, values)


def drop(tx: Tx, account_id: int, issue_ids: Collection[str]) -> None:
    """Forget the terms of issues that are locked."""
    if issue_ids:
        tx.run(
            delete(issue_terms).where(
                issue_terms.c.account_id == account_id, issue_terms.c.issue_id.in_(issue_ids)
            )
        )


def waiting(tx: Tx, account_id: int, application_id: str) -> list[Terms]:
    """The terms of an application's issues whose commit no release told of yet."""
    wanted = select(issue_terms).where(
        issue_terms.c.account_id == account_id,
        issue_terms.c.application_id == application_id,
        issue_terms.c.kind == TermsKind.COMMIT,
        issue_terms.c.release == "",
    )
    return tx.rows(wanted.order_by(issue_terms.c.issue_id).limit(WAITING_MAX), Terms)


def set_release(tx: Tx, terms: Terms, version: str) -> None:
    """Have terms go by a release from now on, unless they ended meanwhile."""
    mine = (issue_terms.c.issue_id == terms.issue_id) & (issue_terms.c.commit == terms.commit)
    tx.run(update(issue_terms).where(mine).values(release=version, release_seen_at=tx.now))


def add_commits(
    tx: Tx, account_id: int, application_id: str, version: str, commits: Sequence[Commit]
) -> None:
    """Keep what a release tells of its commits, each once."""
    place = {"account_id": account_id, "application_id": application_id, "version": version}
    rows = {one.commit: asdict(one) | place for one in commits}
    if rows:
        key = [column.name for column in release_commit.primary_key]
        upsert_many(tx, release_commit, key, list(rows.values()))


def release_of(tx: Tx, account_id: int, application_id: str, commit: str) -> str:
    """The first release that told of a commit, which may be shortened; "" for none."""
    table = release_commit
    wanted = select(table.c.version).where(
        table.c.account_id == account_id,
        table.c.application_id == application_id,
        table.c.commit >= commit,
        table.c.commit < commit + "g",
    )
    return str(tx.value(wanted.order_by(table.c.commit, table.c.version).limit(1)) or "")


def commits_of(
    tx: Tx, account_id: int, application_id: str, version: str, limit: int
) -> list[Commit]:
    """The newest commits of a release."""
    table = release_commit
    wanted = select(*fields(table, Commit)).where(
        table.c.account_id == account_id,
        table.c.application_id == application_id,
        table.c.version == version,
    )
    ordered = wanted.order_by(table.c.committed_at.desc(), table.c.commit)
    return tx.rows(ordered.limit(limit), Commit)
