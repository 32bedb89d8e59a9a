"""Source maps at rest: where they are filed, and how they are found."""

import hashlib
from collections.abc import Collection, Sequence
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update

from tocsin.domain.artifact import USED_EVERY_MS, Artifact, Platform
from tocsin.kernel.paging import Window
from tocsin.kernel.text import fold
from tocsin.store.columns import containing, fields
from tocsin.store.database import Tx
from tocsin.store.tables.artifact import artifact
from tocsin.store.upsert import upsert_many

_COLUMNS = fields(artifact, Artifact)
_CHUNK = 400


class Order(StrEnum):
    """What a list is sorted by."""

    CREATED = "created_at"
    UPDATED = "updated_at"


class Wanted(Struct, frozen=True):
    """Which artifacts a list holds; `start_at` and `end_at` bound what it is sorted by, an empty
    collection narrows nothing. `application_ids` are those whose artifacts may be seen."""

    start_at: int
    end_at: int
    platform: Platform
    application_ids: Collection[str]
    services: Collection[str] = ()
    releases: Collection[str] = ()
    query: str = ""


class Owner(Struct, frozen=True):
    """Whose events are to be explained: artifacts of the application ("" is none) count, and those
    of its service, or of none, that name no application."""

    account_id: int
    application_id: str
    service: str


def add(tx: Tx, new: Sequence[Artifact]) -> None:
    """File artifacts of one account in place of those that were filed under the same names."""
    # In one order, so that two uploads never wait for each other in a circle.
    by_place = {_place(each): each for each in sorted(new, key=_place)}
    known: dict[str, tuple[str, int]] = {}
    places = list(by_place)
    for start in range(0, len(places), _CHUNK):
        wanted = select(artifact.c.place, artifact.c.id, artifact.c.created_at).where(
            artifact.c.account_id == new[0].account_id,
            artifact.c.place.in_(places[start : start + _CHUNK]),
        )
        known.update({place: (key, at) for place, key, at in tx.tuples(wanted)})
    rows = []
    for place, each in by_place.items():
        key, created_at = known.get(place, (each.id, each.created_at))
        kept = {"id": key, "created_at": created_at, "search": _search(each), "place": place}
        rows.append(asdict(each) | kept)
    if rows:
        upsert_many(tx, artifact, ("account_id", "place"), rows)


def any_for(tx: Tx, owner: Owner) -> bool:
    """Whether anything was ever uploaded for an owner."""
    found = select(artifact.c.id).where(_owned(owner)).limit(1)
    return tx.value(found) is not None


def by_debug_ids(tx: Tx, owner: Owner, debug_ids: Collection[str]) -> dict[str, Artifact]:
    """Debug id → the artifact that was uploaded last."""
    if not debug_ids:
        return {}
    wanted = select(*_COLUMNS).where(_owned(owner), artifact.c.debug_id.in_(set(debug_ids)))
    ordered = wanted.order_by(artifact.c.updated_at, artifact.c.id)
    return {row.debug_id: row for row in tx.rows(ordered, Artifact)}


def by_urls(
    tx: Tx, owner: Owner, release: str, dist: str, urls: Collection[str]
) -> dict[str, Artifact]:
    """Normal URL → the artifact of a release and dist that was uploaded last."""
    if not release or not urls:
        return {}
    wanted = select(*_COLUMNS).where(
        _owned(owner),
        artifact.c.release == release,
        artifact.c.dist == dist,
        artifact.c.url.in_(set(urls)),
    )
    ordered = wanted.order_by(artifact.c.updated_at, artifact.c.id)
    return {row.url: row for row in tx.rows(ordered, Artifact)}


def use(tx: Tx, artifact_ids: Collection[str]) -> None:
    """Note that artifacts were of use, so that they stay; once a day is enough."""
    if artifact_ids:
        stale = artifact.c.used_at < tx.now - USED_EVERY_MS
        mine = artifact.c.id.in_(sorted(artifact_ids))
        tx.run(update(artifact).where(mine, stale).values(used_at=tx.now))


def browse(
    tx: Tx, account_id: int, wanted: Wanted, order: Order, *, ascending: bool, window: Window
) -> list[Artifact]:
    """The artifacts of a list, in order; ties by id."""
    by, tie = artifact.c[order.value], artifact.c.id
    found = select(*_COLUMNS).where(*_conditions(account_id, wanted, order))
    found = found.order_by(by if ascending else by.desc(), tie if ascending else tie.desc())
    return tx.rows(found.offset(window.offset).limit(window.limit), Artifact)


def count(tx: Tx, account_id: int, wanted: Wanted, order: Order) -> int:
    """How many artifacts a list has in all."""
    found = select(func.count()).select_from(artifact)
    return int(tx.value(found.where(*_conditions(account_id, wanted, order))))


def has_release(tx: Tx, account_id: int, application_id: str, release: str) -> bool:
    """Whether anything was uploaded for a release of an application."""
    found = select(artifact.c.id).where(
        artifact.c.account_id == account_id,
        artifact.c.application_id == application_id,
        artifact.c.release == release,
    )
    return tx.value(found.limit(1)) is not None


class Filed(Struct, frozen=True):
    """What was uploaded for a release: how many files, their bytes, and when the first and the last
    came; ms."""

    release: str
    files: int
    size: int
    created_at: int
    updated_at: int


def filed_releases(tx: Tx, account_id: int, application_id: str, limit: int) -> list[Filed]:
    """The releases of an application that anything was uploaded for, the newest first."""
    newest = func.max(artifact.c.updated_at)
    wanted = (
        select(
            artifact.c.release,
            func.count().label("files"),
            func.coalesce(func.sum(artifact.c.size), 0).label("size"),
            func.min(artifact.c.created_at).label("created_at"),
            newest.label("updated_at"),
        )
        .where(artifact.c.account_id == account_id, artifact.c.application_id == application_id)
        .group_by(artifact.c.release)
        .order_by(newest.desc(), artifact.c.release)
    )
    return tx.rows(wanted.limit(limit), Filed)


def remove_release(tx: Tx, account_id: int, application_id: str, release: str) -> int:
    """Forget all that was uploaded for a release of an application; how much it was."""
    return tx.run(
        delete(artifact).where(
            artifact.c.account_id == account_id,
            artifact.c.application_id == application_id,
            artifact.c.release == release,
        )
    )


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget artifacts nobody used since `before`, those of a release together; how many."""
    other = artifact.alias()
    still_used = exists().where(
        other.c.account_id == artifact.c.account_id,
        other.c.application_id == artifact.c.application_id,
        other.c.service == artifact.c.service,
        other.c.release == artifact.c.release,
        other.c.release != "",
        other.c.used_at >= before,
    )
    old = select(artifact.c.id).where(artifact.c.used_at < before, ~still_used).limit(limit)
    return tx.run(delete(artifact).where(artifact.c.id.in_(old)))


def _owned(owner: Owner) -> ColumnElement[bool]:
    of_service = and_(artifact.c.application_id == "", artifact.c.service.in_({"", owner.service}))
    of_application = and_(
        artifact.c.application_id == owner.application_id, artifact.c.application_id != ""
    )
    return and_(artifact.c.account_id == owner.account_id, or_(of_application, of_service))


def _conditions(account_id: int, wanted: Wanted, order: Order) -> Sequence[ColumnElement[bool]]:
    by = artifact.c[order.value]
    found = [
        artifact.c.account_id == account_id,
        by >= wanted.start_at,
        by <= wanted.end_at,
        artifact.c.platform == wanted.platform,
        artifact.c.application_id.in_({"", *wanted.application_ids}),
    ]
    if wanted.services:
        found.append(artifact.c.service.in_(set(wanted.services)))
    if wanted.releases:
        found.append(artifact.c.release.in_(set(wanted.releases)))
    if wanted.query:
        found.append(artifact.c.search.like(containing(wanted.query), escape="\\"))
    return found


def _search(new: Artifact) -> str:
    """What a list is searched by: the URL, and the debug id with dashes and without."""
    named = f" {new.debug_id} {UUID(new.debug_id)}" if new.debug_id else ""
    return fold(new.url + named)


def _place(new: Artifact) -> str:
    """What no two artifacts of an account share."""
    owner = new.application_id or f"service {new.service}"
    parts = (owner, new.platform, new.release, new.dist, new.url, new.debug_id)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
