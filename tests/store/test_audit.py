"""The audit log is swept by age."""

from tests.cast import Cast
from tests.clock import VirtualClock
from tocsin.domain.audit import AuditRow
from tocsin.kernel.units import DAY
from tocsin.store import audit
from tocsin.store.audit import AuditFilter
from tocsin.store.database import Database, Tx


def add(tx: Tx, account_id: int) -> None:
    audit.add(
        tx,
        AuditRow(
            id=tx.ids.object_id(),
            account_id=account_id,
            created_at=tx.now,
            member_id=1,
            member_name="Alice",
            request_id="r",
            ip="::1",
            operation="team:write:upsert",
            operation_name="Make a team",
            body="{}",
            params=[],
            code="",
            is_dangerous=False,
            is_write=True,
        ),
    )


def test_old_rows_are_swept_in_steps_and_newer_ones_stay(
    database: Database, cast: Cast, clock: VirtualClock
) -> None:
    with database.write() as tx:
        for _ in range(3):
            add(tx, cast.account_id)
    clock.advance(2 * 86_400)
    with database.write() as tx:
        add(tx, cast.account_id)
        before = tx.now - DAY
        assert audit.sweep(tx, before, 2) == 2
        assert audit.sweep(tx, before, 2) == 1
        assert audit.sweep(tx, before, 2) == 0
        assert audit.count(tx, cast.account_id, AuditFilter(0, tx.now + 1)) == 1
