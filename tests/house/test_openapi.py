"""The public API is a file in the repository, so that a change of it shows in review."""

import json

from openapi_spec_validator import validate

from scripts.snapshot import SNAPSHOT, text
from tocsin import ops
from tocsin.edge.openapi import document
from tocsin.kernel.operation import OPERATIONS


def test_the_snapshot_is_current() -> None:
    assert SNAPSHOT.read_text(encoding="utf-8") == text(), "run `make openapi`"


def test_the_document_is_valid_and_has_every_operation() -> None:
    ops.load()
    found = document()
    validate(json.loads(text()))
    assert set(found["paths"]) == set(OPERATIONS)


def test_operations_speak_of_what_they_do() -> None:
    ops.load()
    short = [path for path, each in OPERATIONS.items() if len(each.summary) < 10]
    assert short == []
