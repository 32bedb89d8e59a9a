"""The releases that builds told of."""

from msgspec.structs import asdict
from sqlalchemy import delete, select

from tocsin.domain.artifact import Release
from tocsin.store.database import Tx
from tocsin.store.tables.artifact import release
from tocsin.store.upsert import insert_new, upsert

LISTED_MAX = 100


def get(
    tx: Tx, account_id: int, application_id: str, version: str, *, lock: bool = False
) -> Release | None:
    """A release; None where nobody told of it."""
    wanted = select(release).where(
        release.c.account_id == account_id,
        release.c.application_id == application_id,
        release.c.version == version,
    )
    return tx.row(wanted.with_for_update() if lock else wanted, Release)


def newest(tx: Tx, account_id: int, application_id: str) -> list[Release]:
    """The last 100 of an application, the newest first."""
    wanted = select(release).where(
        release.c.account_id == account_id, release.c.application_id == application_id
    )
    ordered = wanted.order_by(release.c.created_at.desc(), release.c.version)
    return tx.rows(ordered.limit(LISTED_MAX), Release)


def ensure(tx: Tx, account_id: int, application_id: str, version: str) -> None:
    """Have a release exist."""
    new = Release(
        account_id=account_id, application_id=application_id, version=version, created_at=tx.now
    )
    insert_new(tx, release, asdict(new))


def put(tx: Tx, changed: Release) -> None:
    """Keep what became of a release."""
    values = asdict(changed)
    key = {name: values.pop(name) for name in ("account_id", "application_id", "version")}
    upsert(tx, release, key, values)


def remove(tx: Tx, account_id: int, application_id: str, version: str) -> None:
    tx.run(
        delete(release).where(
            release.c.account_id == account_id,
            release.c.application_id == application_id,
            release.c.version == version,
        )
    )
