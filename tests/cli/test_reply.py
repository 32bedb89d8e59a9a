"""Answers as people read them."""

import pytest

from tocsin.cli.reply import readable


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_a_list_shows_what_names_a_thing_first_and_nothing_that_is_always_empty() -> None:
    rows = [
        {"account_id": 1, "note": "", "created_at": 1767225600, "title": "磁盘满", "disk_id": 7},
        {"account_id": 1, "note": "", "created_at": 1767225601000, "title": "ok", "disk_id": 8},
    ]
    assert readable({"items": rows, "total": 9}, "disk") == (
        """\
DISK_ID  TITLE   CREATED_AT           ACCOUNT_ID
7        磁盘满  2026-01-01 00:00:00  1
8        ok      2026-01-01 00:00:01  1
(2 of 9)"""
    )


def test_columns_without_room_are_left_out_and_long_cells_cut() -> None:
    row = {"id": 1, "title": "x" * 60, "more": "y" * 40}
    shown = readable({"items": [row]}, "thing")
    assert "x" * 47 + "…" in shown
    assert "MORE" not in shown
    assert "--json shows every field" in shown


def test_the_steps_of_a_trace_stand_below_it() -> None:
    steps = [{"stage": "drop", "text": "drop: passed"}, {"text": "alert: opened (key k1)"}]
    rows = [{"trace_id": "a", "steps": steps}, {"trace_id": "b", "steps": []}]
    assert readable({"items": rows}, "alert") == (
        """\
TRACE_ID
a
  drop: passed
  alert: opened (key k1)
b
(2)"""
    )


def test_a_thing_shows_nested_values_as_json() -> None:
    assert readable({"name": "a", "on": True, "deep": {"x": [1]}}, "thing") == (
        """\
name  a
on    yes
deep  {"x":[1]}"""
    )


def test_nothing_is_said_too() -> None:
    assert readable({}, "thing") == "Done."
    assert readable({"items": [], "total": 0}, "thing") == "Nothing found."
