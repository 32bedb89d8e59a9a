"""Which test shows the effect of which operation: read from the `effect` marks in `tests/`."""

import ast
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parent.parent


class Shown(Struct, frozen=True):
    """`path` is called by `test`, and its effect read back by `seen_by` after a restart."""

    path: str
    seen_by: str
    test: str


def shown() -> list[Shown]:
    """Every claim, sorted by path."""
    found = []
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                name = f"{file.relative_to(ROOT)}::{node.name}"
                found += [claim for mark in node.decorator_list for claim in _claims(mark, name)]
    return sorted(found, key=lambda claim: (claim.path, claim.test))


def _claims(mark: ast.expr, test: str) -> list[Shown]:
    if not (isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.effect"):
        return []
    seen_by = ast.literal_eval(mark.keywords[0].value)
    return [Shown(ast.literal_eval(path), seen_by, test) for path in mark.args]
