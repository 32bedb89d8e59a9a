"""What the docs name exists, and what must be documented is."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.test_layers import CONFIGURATION
from tests.house.tree import ROOT, place, text

MAPS = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/errors.md",
    "docs/pushing.md",
    "docs/states.md",
]
ADRS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
NAMED = re.compile(r"`((?:tocsin|tests|docs|scripts|bench)/[\w./*-]*)(?:::(\w+))?`")
LINKED = re.compile(r"\]\((?!https?:|#)([^)#]+)")
VERB = re.compile(r"`make ([a-z]+(?: [a-z]+)*)`|^make ([a-z]+)", re.MULTILINE)
HEADINGS = ("## Context", "## Decision", "## Consequences")
KINDS = ("[CHANGE]", "[FEATURE]", "[ENHANCEMENT]", "[BUGFIX]")


@pytest.mark.parametrize("name", MAPS)
def test_every_path_the_docs_name_exists(name: str) -> None:
    path = ROOT / name
    missing = [each for each, _ in NAMED.findall(text(path)) if not list(ROOT.glob(each))]
    missing += [each for each in LINKED.findall(text(path)) if not (path.parent / each).exists()]
    assert missing == []


@pytest.mark.parametrize("name", MAPS)
def test_every_verb_the_docs_name_is_in_the_makefile(name: str) -> None:
    verbs = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = {verb for pair in VERB.findall(text(ROOT / name)) for verb in " ".join(pair).split()}
    assert named <= verbs


def test_make_alone_lists_every_verb() -> None:
    # Without what `make test` hands down to a make inside it.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    listed = subprocess.run(
        ["make"], cwd=ROOT, env=alone, capture_output=True, text=True, check=True
    ).stdout
    verbs = set(re.findall(r"^([a-z]+):.*##", text(ROOT / "Makefile"), re.MULTILINE))
    assert {line.split()[1] for line in listed.splitlines()} == verbs
    assert {"serve", "test", "quick", "check", "deps", "bench", "sim", "kill", "docs"} <= verbs


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in ADRS] == list(range(1, len(ADRS) + 1))


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.stem)
def test_a_decision_says_why_and_what_enforces_it(path: Path) -> None:
    lines = text(path).splitlines()
    assert lines[0].startswith(f"# {int(path.name[:4])}. "), f"{place(path)}: number the title"
    assert any(line.startswith("> ") for line in lines), f"{place(path)}: no line to quote"
    assert [line for line in lines if line.startswith("## ")] == list(HEADINGS)
    enforced = NAMED.findall(lines[-1])
    assert lines[-1].startswith("Enforced by: "), f"{place(path)}: no check enforces it"
    assert enforced, f"{place(path)}: name a test"
    for file, test in enforced:
        assert (ROOT / file).is_file(), f"{place(path)}: {file} does not exist"
        assert f"def {test}" in text(ROOT / file), f"{place(path)}: {file} has no {test}"


def test_every_dependency_earned_a_line() -> None:
    rows = set(re.findall(r"^\| ([\w-]+) \|", text(ADRS[4]), re.MULTILINE)) - {"package"}
    wanted = {re.split(r"[\[<>=;]", each)[0] for each in CONFIGURATION["project"]["dependencies"]}
    assert rows == wanted


def test_the_changelog_speaks_to_users_by_kind() -> None:
    lines = text(ROOT / "CHANGELOG.md").splitlines()
    releases = [line for line in lines if line.startswith("## ")]
    assert releases[0] == "## Unreleased"
    assert all(re.fullmatch(r"## \d+\.\d+\.\d+ — \d{4}-\d\d-\d\d", each) for each in releases[1:])
    bullets = [line for line in lines if line.startswith("- ")]
    assert bullets
    assert all(line[2:].startswith(KINDS) for line in bullets)
