"""Errors of real programs whose causes are known go where they belong."""

import pytest

from bench.grouping import PRECISION_MIN, RECALL_MIN, Labelled, corpus, quality
from tests.domain.test_fingerprint import event, frame
from tocsin.domain.fingerprint import VERSION

PROGRAMS = ("browser", "go", "ledger", "node", "python")


@pytest.mark.parametrize("program", PROGRAMS)
def test_one_problem_is_one_issue(program: str) -> None:
    errors = corpus()[program]
    assert len(errors) >= 140
    found = quality(errors, VERSION)
    assert found.precision >= PRECISION_MIN, found.mixed
    assert found.recall >= RECALL_MIN, found.scattered


def test_splitting_too_much_or_too_little_is_measured() -> None:
    one, other = event(frame("total")), event(frame("sum"))
    apart = [Labelled("same", one), Labelled("same", other)]
    together = [Labelled("a", one), Labelled("b", one)]
    assert quality(apart, VERSION).recall == 0
    assert quality(apart, VERSION).scattered == ("same",)
    assert quality(together, VERSION).precision == 0
    assert quality(together, VERSION).mixed == (("a", "b"),)
