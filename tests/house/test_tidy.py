"""Style is a test: size, dead weight and places that must not be named.

Each failure reads `path:line: error: what is wrong, what to do`.
"""

import re
import statistics
from pathlib import Path

from tests.house.tree import ROOT, files, functions, place, python, text, tree

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
FUNCTION_LINES_P95 = 40
WRITTEN = {".py", ".md", ".toml", ".json", ".html", ".js", ".css", ".yml", ".yaml", ".mako", ""}
HERE = Path(__file__)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# Spelled in parts, so that this file doesn't name them either.
FOREIGN_HOSTS = re.compile(
    "|".join(
        re.escape(f"{name}.{ending}")
        for name, endings in {
            "pypi": ["org"],
            "pythonhosted": ["org"],
            "npmjs": ["org", "com"],
            "yarnpkg": ["com"],
            "crates": ["io"],
            "maven": ["org"],
            "deb.debian": ["org"],
        }.items()
        for ending in endings
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(work|root)/\w|bash_jobs|shared_env")
REASONED = re.compile(r"#\s*noqa:\s*(PLC0415|BLE001)(?P<reason>.*)")


def report(problems: list[str]) -> None:
    assert not problems, "\n" + "\n".join(problems)


def written() -> list[Path]:
    return [path for path in files() if path.suffix in WRITTEN and path != HERE]


def test_no_python_file_outgrows_one_reading() -> None:
    tables = ROOT / "tocsin" / "store" / "tables"
    report(
        [
            f"{place(path, lines)}: error: {lines} lines, split it (at most {FILE_LINES_MAX})"
            for path in python("tocsin", "tests", "bench", "scripts")
            if (lines := text(path).count("\n")) > FILE_LINES_MAX and tables not in path.parents
        ]
    )


def test_no_function_outgrows_one_screen() -> None:
    report(
        [
            f"{place(path, line)}: error: {name} has {length} lines, split it"
            f" (at most {FUNCTION_LINES_MAX})"
            for path in python("tocsin", "tests", "bench", "scripts")
            for name, line, length in functions(path)
            if length > FUNCTION_LINES_MAX
        ]
    )


def test_nearly_all_functions_are_short() -> None:
    lengths = [length for path in python("tocsin") for _, _, length in functions(path)]
    p95 = statistics.quantiles(lengths, n=20)[-1]
    assert p95 <= FUNCTION_LINES_P95, f"p95 of function length is {p95:.0f} lines, shorten some"


def test_a_file_exists_only_when_it_has_content() -> None:
    report(
        [
            f"{place(path)}: error: the file is empty, delete it"
            for path in files()
            if path.name not in {"__init__.py", "py.typed"} and path.stat().st_size == 0
        ]
    )


def test_nothing_is_left_unfinished() -> None:
    report(
        [
            f"{place(path, number)}: error: {found.group()} is left, finish it or file an issue"
            for path in written()
            for number, line in enumerate(text(path).splitlines(), 1)
            if (found := UNFINISHED.search(line))
        ]
    )


def test_no_package_host_and_no_machine_path_is_named() -> None:
    report(
        [
            f"{place(path, number)}: error: names {found.group()!r}, which only one machine has"
            for path in written()
            for number, line in enumerate(text(path).splitlines(), 1)
            if (found := FOREIGN_HOSTS.search(line) or MACHINE_PATHS.search(line))
        ]
    )


def test_every_silenced_lint_gives_its_reason() -> None:
    report(
        [
            f"{place(path, number)}: error: {found.group(1)} is silenced without saying why"
            for path in python("tocsin")
            for number, line in enumerate(text(path).splitlines(), 1)
            if (found := REASONED.search(line)) and len(found["reason"].strip(" -:—,")) < 8
        ]
    )


def test_no_type_check_is_silenced() -> None:
    report(
        [
            f"{place(path, number)}: error: a type check is silenced, fix the type"
            for path in python("tocsin")
            for number, line in enumerate(text(path).splitlines(), 1)
            if "type: ignore" in line or "# mypy:" in line
        ]
    )


def test_every_module_says_what_it_is_for() -> None:
    report(
        [
            f"{place(path)}: error: no module docstring, say in a sentence what it holds"
            for path in python("tocsin")
            if text(path).strip()
            and not (tree(path).body and _is_text(tree(path).body[0]))
            and "versions" not in path.parts
        ]
    )


def _is_text(node: object) -> bool:
    value = getattr(node, "value", None)
    return isinstance(getattr(value, "value", None), str)
