"""Nothing is kept that nothing uses: a module is imported, a function or class is named again."""

import ast
import re
from collections import Counter
from pathlib import Path

from tests.house.tree import ROOT, place, python, text, tree

# Found at run time, by folder or by the name of a command.
FOUND_BY_NAME = re.compile(r"tocsin\.(ops\.\w+|cli\.\w+|store\.migrations\..*|__main__)")
FOR_TESTS = {"seeded_chance", "lineage"}
WORD = re.compile(r"\w+")


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imported() -> set[str]:
    found: set[str] = set()
    for path in python("tocsin"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
            elif isinstance(node, ast.Import):
                found |= {each.name for each in node.names}
    return found


def test_every_module_is_imported() -> None:
    used = imported()
    dead = [
        f"{place(path)}: error: nothing imports it, delete it or use it"
        for path in python("tocsin")
        if path.name != "__init__.py"
        and module(path) not in used
        and not FOUND_BY_NAME.fullmatch(module(path))
    ]
    assert not dead, "\n" + "\n".join(dead)


def test_every_function_and_class_is_used_by_more_than_a_test() -> None:
    users = python("tocsin", "scripts", "bench")
    words = Counter(word for path in users for word in WORD.findall(text(path)))
    dead = [
        f"{place(path, node.lineno)}: error: nothing but perhaps a test uses {node.name}"
        for path in python("tocsin")
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.decorator_list
        and words[node.name] == 1
        and node.name not in FOR_TESTS
    ]
    assert not dead, "\n" + "\n".join(dead)
