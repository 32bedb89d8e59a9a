"""The generated pages say what the code says."""

import pytest

from scripts import console_reach
from scripts.docs import DOCS, PAGES, page
from tocsin import ops
from tocsin.kernel.operation import OPERATIONS


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == page(name), "run `make docs`"


def test_every_operation_is_on_a_screen_or_says_why_not() -> None:
    ops.load()
    shown = console_reach.screens()
    missing = [one for one in OPERATIONS if one not in shown and not console_reach.reason(one)]
    assert not missing, "show it in the console, or say why not in scripts/console_reach.py"
