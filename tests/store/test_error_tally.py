from tocsin.kernel.units import DAY
from tocsin.store import error_tally
from tocsin.store.database import Database
from tocsin.store.error_tally import Tally


def test_counts_add_up_by_day_and_old_days_are_forgotten(database: Database) -> None:
    noon = 20_000 * DAY + DAY // 2
    with database.write() as tx:
        error_tally.add(tx, 1, "app", noon, {("item", "view"): 2, ("session", "crashed"): 1})
        error_tally.add(tx, 1, "app", noon + 5, {("item", "view"): 3, ("item", "log"): 0})
        error_tally.add(tx, 1, "app", noon + DAY, {("item", "view"): 1})
        error_tally.add(tx, 2, "app", noon, {("item", "view"): 7})
        error_tally.add(tx, 1, "app", noon, {})
        assert error_tally.since(tx, 1, "app", noon) == [
            Tally(20_000 * DAY, "item", "view", 5),
            Tally(20_000 * DAY, "session", "crashed", 1),
            Tally(20_001 * DAY, "item", "view", 1),
        ]
        assert error_tally.sweep(tx, noon + DAY + DAY // 2, 100) == 3
        assert error_tally.sweep(tx, noon, 100) == 0
        assert error_tally.since(tx, 1, "app", noon) == [Tally(20_001 * DAY, "item", "view", 1)]
