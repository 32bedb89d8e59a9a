"""Our templates against Go's own, which wrote golden.json (golden.go says how)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.domain.go_template.failure import TemplateError
from tocsin.domain.go_template.template import render
from tocsin.domain.go_template.values import Texts
from tocsin.domain.template_functions.library import functions

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())
NOW = 1_700_003_600_000
# Where we mean to differ: what we say instead.
DIFFERENT = {
    # Looking into nothing gives nothing, at any depth: half of all real payloads need it.
    "{{.deep.a.x.y}}": "<no value>",
    "{{.absent.x}}": "<no value>",
    # sprig hides Go's slice, which cuts text too, behind one for lists alone.
    "{{slice .title 0 3}} {{slice .title 4}} {{slice .list 1 2}} {{slice .list 1}}": (
        "CPU high on web-1 [b] [b c]"
    ),
    '{{slice "abcdef" 1 3}}': "bc",
    # A pipe into nothing is a slip of the pen.
    "{{.title | }}": None,
    # A bad pattern is never just "no".
    '{{regexMatch "(" "a"}}': None,
    # The order of keys is the same each time.
    '{{keys (dict "b" 1 "a" 2)}}': "[a b]",
    '{{values (dict "b" 1 "a" 2)}}': "[2 1]",
}


def alike(value: Any, key: str = "") -> Any:
    """The data as golden.go takes it: labels are a map of text."""
    if isinstance(value, dict):
        return Texts(value) if key == "labels" else {k: alike(v, k) for k, v in value.items()}
    return [alike(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["template"][:60])
def test_a_template_writes_what_go_writes(case: dict[str, str]) -> None:
    template = case["template"]
    expected = None if "error" in case else case["output"]
    expected = DIFFERENT.get(template, expected)
    if expected is None:
        with pytest.raises(TemplateError):
            render(template, alike(GOLDEN["data"]), functions(NOW))
    else:
        assert render(template, alike(GOLDEN["data"]), functions(NOW)) == expected


def test_every_difference_is_still_one() -> None:
    assert {case["template"] for case in GOLDEN["cases"]} >= set(DIFFERENT)
