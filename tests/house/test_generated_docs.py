"""The generated pages say what the code says."""

import pytest

from scripts.docs import DOCS, PAGES, page


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == page(name), "run `make docs`"
