"""Sessions of releases: those that reported themselves one by one, and how all of them ended."""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import asdict, astuple
from sqlalchemy import case, delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from tocsin.domain.release_health import ReleaseDay, SessionEnds, Users, day_of
from tocsin.store.database import Tx
from tocsin.store.tables.error_extra import release_health, release_user, sdk_session
from tocsin.store.upsert import add_up, upsert_many

_ENDS = SessionEnds.__struct_fields__


class KnownSession(Struct, frozen=True):
    """A session where it counts, as far as it has been told."""

    session_id: str
    place: ReleaseDay
    ends: SessionEnds


def known(tx: Tx, application_id: str, session_ids: Iterable[str]) -> dict[str, KnownSession]:
    """Sessions by id, of those that reported themselves before."""
    table = sdk_session
    place, ends = ("day", "version", "env"), _ENDS
    wanted = select(table.c.session_id, *(table.c[name] for name in (*place, *ends))).where(
        table.c.application_id == application_id, table.c.session_id.in_(sorted(set(session_ids)))
    )
    return {
        row[0]: KnownSession(row[0], ReleaseDay(*row[1:4]), SessionEnds(*row[4:]))
        for row in tx.tuples(wanted)
    }


def keep(tx: Tx, account_id: int, application_id: str, sessions: Iterable[KnownSession]) -> None:
    rows = [
        {
            "account_id": account_id,
            "application_id": application_id,
            "session_id": one.session_id,
            "seen_at": tx.now,
            **asdict(one.place),
            **asdict(one.ends),
        }
        for one in sessions
    ]
    if rows:
        upsert_many(tx, sdk_session, ("application_id", "session_id"), rows)


def add(
    tx: Tx, account_id: int, application_id: str, counts: Mapping[ReleaseDay, SessionEnds]
) -> None:
    """Add to how the sessions of releases ended."""
    place = {"account_id": account_id, "application_id": application_id}
    rows = [
        {**place, **asdict(at), **asdict(ends)}
        for at, ends in sorted(
            counts.items(), key=lambda one: (one[0].day, one[0].version, one[0].env)
        )
        if ends != SessionEnds()
    ]
    if not rows:
        return
    new = (postgresql if tx.dialect == "postgresql" else sqlite).insert(release_health)
    key = [column.name for column in release_health.primary_key]
    sums = {name: release_health.c[name] + new.excluded[name] for name in _ENDS}
    tx.run(new.on_conflict_do_update(index_elements=key, set_=sums), rows)


def add_users(
    tx: Tx, account_id: int, application_id: str, crashes: Mapping[tuple[ReleaseDay, str], int]
) -> None:
    """Note who used releases, by (place, user), and how often they saw a crash. A crash that is
    told of twice makes no difference."""
    place = {"account_id": account_id, "application_id": application_id}
    rows = [
        {**place, **asdict(at), "user_mark": user, "crashed": crashed}
        for (at, user), crashed in sorted(
            crashes.items(), key=lambda one: (*astuple(one[0][0]), one[0][1])
        )
    ]
    if rows:
        add_up(tx, release_user, rows, "crashed")


def users_between(
    tx: Tx, account_id: int, application_id: str, start: int, end: int
) -> dict[tuple[str, str], Users]:
    """(version, environment) → its users on the days from that of `start` to that of `end` (ms)."""
    table = release_user
    hit = case((table.c.crashed > 0, table.c.user_mark))
    columns = (table.c.version, table.c.env)
    counts = (func.count(table.c.user_mark.distinct()), func.count(hit.distinct()))
    wanted = select(*columns, *counts).where(
        table.c.account_id == account_id,
        table.c.application_id == application_id,
        table.c.day.between(day_of(start), end),
    )
    found = tx.tuples(wanted.group_by(*columns))
    return {(version, env): Users(count, crashed) for version, env, count, crashed in found}


def between(
    tx: Tx, account_id: int, application_id: str, start: int, end: int
) -> list[tuple[ReleaseDay, SessionEnds]]:
    """How sessions ended on the days from that of `start` to that of `end` (ms)."""
    table = release_health
    columns = [table.c[name] for name in ("day", "version", "env", *_ENDS)]
    wanted = select(*columns).where(
        table.c.account_id == account_id,
        table.c.application_id == application_id,
        table.c.day.between(day_of(start), end),
    )
    ordered = wanted.order_by(table.c.day, table.c.version, table.c.env)
    return [(ReleaseDay(*row[:3]), SessionEnds(*row[3:])) for row in tx.tuples(ordered)]


def sweep(tx: Tx, sessions_before: int, days_before: int, limit: int) -> int:
    """Forget up to so many sessions last seen, and days that were, before these instants."""
    key = (sdk_session.c.application_id, sdk_session.c.session_id)
    old = select(*key).where(sdk_session.c.seen_at < sessions_before).limit(limit)
    sessions = tx.run(delete(sdk_session).where(tuple_(*key).in_(old)))
    places = tuple(release_health.primary_key)
    gone = select(*places).where(release_health.c.day < days_before).limit(limit)
    days = tx.run(delete(release_health).where(tuple_(*places).in_(gone)))
    named = tuple(release_user.primary_key)
    past = select(*named).where(release_user.c.day < days_before).limit(limit)
    return max(sessions, days, tx.run(delete(release_user).where(tuple_(*named).in_(past))))
