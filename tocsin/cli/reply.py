"""An answer as people read it: a table for a list, names and values for a thing."""

import re
import shutil
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tocsin.cli.table import table

CELL_WIDTH_MAX: Final = 48
_INSTANT: Final = re.compile(r"_(at|time|until)$")
_MS_MIN: Final = 10**11
_FIRST: Final = re.compile(r"^(id|title|name|status|progress|severity|.*_severity|num)$")
_PAGING: Final = {"total", "p", "limit", "has_next_page", "search_after_ctx"}
_EMPTY: Final = ("", 0, None, False)


def readable(data: Any, noun: str) -> str:
    """`data` of an answer about `noun`; what is nested stays JSON."""
    if isinstance(data, dict):
        lists = [name for name, value in data.items() if _is_list_of_things(value)]
        if len(lists) == 1 and _PAGING.issuperset(data.keys() - lists):
            return _listed(data[lists[0]], data.get("total"), noun)
        width = max(map(len, data), default=0)
        return "\n".join(f"{name:<{width}}  {_text(name, data[name])}" for name in data) or "Done."
    return msgspec.json.format(msgspec.json.encode(data)).decode()


def _is_list_of_things(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _listed(items: list[dict[str, Any]], total: Any, noun: str) -> str:
    counted = f"{len(items)} of {total}" if isinstance(total, int) else f"{len(items)}"
    if not items:
        return "Nothing found."
    names = _columns(items, noun)
    rows = [[_cell(name, item.get(name)) for name in names] for item in items]
    head, rows = _fitting(names, rows)
    note = "" if len(head) == len(names) else "; --json shows every field"
    title, *lines = table(head, rows).split("\n")
    told = [each for line, item in zip(lines, items, strict=True) for each in (line, *_told(item))]
    return "\n".join((title, *told, f"({counted}{note})"))


def _told(item: dict[str, Any]) -> list[str]:
    """The sentences that a row brings along, such as the steps of a trace."""
    return [
        f"  {each['text']}"
        for value in item.values()
        if _is_list_of_things(value)
        for each in value
        if isinstance(each.get("text"), str)
    ]


def _columns(items: list[dict[str, Any]], noun: str) -> list[str]:
    """Fields that are simple and not empty everywhere; what names a thing comes first."""
    found = dict.fromkeys(name for item in items for name in item)
    shown = [
        name
        for name in found
        if any(item.get(name) not in _EMPTY for item in items)
        and not any(isinstance(item.get(name), dict | list) for item in items)
    ]
    return sorted(shown, key=lambda name: _rank(name, noun))


def _rank(name: str, noun: str) -> int:
    if name in (f"{noun}_id", "id"):
        return 0
    if name == f"{noun}_name" or _FIRST.match(name):
        return 1
    return 3 if name.startswith("account_") else 2


def _fitting(names: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """The first columns, as many as the terminal has room for."""
    room, count = shutil.get_terminal_size((120, 24)).columns, 0
    for column, name in enumerate(names):
        room -= max(len(name), *(len(row[column]) for row in rows)) + 2
        if room < 0 and column > 1:
            break
        count += 1
    return names[:count], [row[:count] for row in rows]


def _cell(name: str, value: Any) -> str:
    text = " ".join(_text(name, value).split())
    return text if len(text) <= CELL_WIDTH_MAX else text[: CELL_WIDTH_MAX - 1] + "…"


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: ""}[value]
    if isinstance(value, int) and value and _INSTANT.search(name):
        at = value / 1000 if value >= _MS_MIN else value
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return msgspec.json.encode(value).decode()
