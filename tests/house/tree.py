"""The project's own files, found once for all house tests."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("tocsin", "tests", "docs", "bench", "scripts", ".ci", "console")
GENERATED = {".git", "node_modules", "console_assets", "__pycache__", "versions"}


@cache
def files() -> list[Path]:
    """Every file somebody wrote, sorted; nothing installed, cached or generated."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        found += (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return sorted(path for path in found if not GENERATED & set(path.relative_to(ROOT).parts))


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def python(*folders: str) -> list[Path]:
    """The Python files below these top folders."""
    tops = set(folders)
    return [p for p in files() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in tops]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), filename=str(path))


def functions(path: Path) -> Iterator[tuple[str, int, int]]:
    """(name, first line, length in lines) of every function, methods and inner ones included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


def place(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"
