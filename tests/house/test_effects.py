"""An operation counts only when a test reads its effect back after a restart."""

from scripts.effects import shown
from tocsin import ops
from tocsin.kernel.operation import OPERATIONS


def test_every_operation_has_a_test_that_shows_its_effect() -> None:
    ops.load()
    claimed = {claim.path for claim in shown()}
    missing = sorted(set(OPERATIONS) - claimed)
    assert missing == [], "mark a test with pytest.mark.effect(path, seen_by=…)"


def test_every_claim_is_about_an_operation_there_is() -> None:
    ops.load()
    stale = [c for c in shown() if not {c.path, c.seen_by} <= set(OPERATIONS)]
    assert stale == []
