"""The hot queries over issues take an index on both databases."""

from sqlalchemy import text

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.errors import crash, register, send
from tests.plans import analyse, plan, sorts
from tocsin.kernel.ids import seeded_chance
from tocsin.store.database import Database
from tocsin.store.tables.issue import issue, issue_event, issue_hash


def fill(database: Database, cast: Cast, clock: VirtualClock) -> None:
    """600 issues of one event each: enough for a planner to prefer an index."""
    chance = seeded_chance(7)
    with database.write() as tx:
        shop = register(tx, cast.account_id)
    for _ in range(6):
        kinds = [f"E{chance.getrandbits(40):x}" for _ in range(100)]
        send(database, shop, *[crash(kind, clock.now(), kind=kind) for kind in kinds])
        clock.advance(1)
    analyse(database)


def test_pages_of_issues_are_read_in_order_and_keys_by_index(
    database: Database, cast: Cast, clock: VirtualClock
) -> None:
    fill(database, cast, clock)
    mine = issue.c.account_id == cast.account_id
    with database.read() as tx:
        (digest,) = tx.values(text("SELECT digest FROM issue_hash LIMIT 1"))
        (issue_id,) = tx.values(text("SELECT issue_id FROM issue LIMIT 1"))
        for column in (issue.c.created_at, issue.c.updated_at):
            page = issue.select().where(mine).order_by(column.desc(), issue.c.issue_id.desc())
            assert not sorts(plan(tx, page.limit(20)))
        by_hash = issue_hash.select().where(
            issue_hash.c.account_id == cast.account_id, issue_hash.c.digest.in_([digest, "0" * 32])
        )
        assert "pk_issue_hash" in plan(tx, by_hash) or "INDEX" in plan(tx, by_hash)
        events = issue_event.select().where(
            issue_event.c.issue_id == issue_id, issue_event.c.event_id.in_(["a", "b"])
        )
        assert "uq_issue_event_issue_event" in plan(tx, events)
