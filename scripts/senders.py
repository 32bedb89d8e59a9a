"""Which test shows what a sender can say through which door: read from the `door` marks in
`tests/` and from the fixtures that one test takes over HTTP."""

import ast
import json
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests/sources/fixtures"
TABLE = (
    "tests/sources/test_senders.py::test_what_a_sender_sends_becomes_one_incident_until_it_recovers"
)
KINDS = ("fire", "resolve", "ack")


class Shown(Struct, frozen=True):
    """`sender` was seen to say these `kinds` through the door at `path`."""

    path: str
    sender: str
    kinds: tuple[str, ...]
    test: str


def shown() -> list[Shown]:
    """Every claim, sorted by door; software that really ran before fixtures."""
    found = [*_marks(), *_fixtures()]
    return sorted(found, key=lambda claim: (claim.path, claim.test == TABLE, claim.sender))


def _fixtures() -> list[Shown]:
    found = []
    for file in sorted(FIXTURES.glob("*.json")):
        each = json.loads(file.read_text(encoding="utf-8"))
        kinds = tuple(kind for kind in KINDS if each.get(kind))
        found.append(Shown(each["door"], f"{each['sender']} ({each['origin']})", kinds, TABLE))
    return found


def _marks() -> list[Shown]:
    found = []
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                name = f"{file.relative_to(ROOT)}::{node.name}"
                marks = [each for above in node.decorator_list for each in ast.walk(above)]
                found += [claim for mark in marks for claim in _claims(mark, name)]
    return found


def _claims(mark: ast.AST, test: str) -> list[Shown]:
    if not (isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.door"):
        return []
    path, *kinds = (ast.literal_eval(each) for each in mark.args)
    sender = ast.literal_eval(mark.keywords[0].value)
    return [Shown(path, sender, tuple(kinds), test)]
