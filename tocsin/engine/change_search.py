"""Finding changes for a caller, who sees none of other teams' private channels."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import filter as filters
from tocsin.domain.change import Change
from tocsin.domain.filter import LABEL, Filter, Pattern, Subject
from tocsin.engine.incident_search import hidden_channels
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.paging import TOTAL_MAX, Window
from tocsin.store import change_list
from tocsin.store.change_list import Order, Wanted
from tocsin.store.database import Tx

LOOKED_THROUGH_MAX: Final = 10_000
AT_ONCE: Final = 500
KEYS: Final = frozenset(("title", "description", "change_key", "status", "integration_id"))


class Said(Struct, frozen=True):
    """What a change must say: meet the filter, and hold the query in a text. Empty: anything."""

    filters: Filter = ()
    query: str = ""


class Found(Struct, frozen=True):
    """A page of changes; `total` is counted to TOTAL_MAX."""

    changes: list[Change]
    total: int
    has_more: bool


def search(
    tx: Tx,
    caller: Caller,
    wanted: Wanted,
    said: Said,
    order: Order,
    place: Window,
    *,
    ascending: bool,
) -> Found:
    """A page of changes. What they say is looked for in the first 10,000 of the list."""
    account_id = caller.account_id
    mine = replace(wanted, hidden_channel_ids=hidden_channels(tx, caller))
    end = place.offset + place.limit
    if said == Said():
        rows = change_list.page(
            tx,
            account_id,
            mine,
            order,
            ascending=ascending,
            limit=place.limit,
            offset=place.offset,
        )
        total = change_list.count(tx, account_id, mine)
        return Found(rows, total, total > end)
    filters.check(said.filters, "filters")
    fits = _Fits(said)
    fitting = [
        one for one in _all(tx, account_id, mine, order, ascending=ascending) if fits.holds(one)
    ]
    total = min(len(fitting), TOTAL_MAX)
    return Found(fitting[place.offset : end], total, len(fitting) > end)


def _all(
    tx: Tx, account_id: int, wanted: Wanted, order: Order, *, ascending: bool
) -> Iterator[Change]:
    for offset in range(0, LOOKED_THROUGH_MAX, AT_ONCE):
        rows = change_list.page(
            tx, account_id, wanted, order, ascending=ascending, limit=AT_ONCE, offset=offset
        )
        yield from rows
        if len(rows) < AT_ONCE:
            return


class _Fits:
    def __init__(self, said: Said) -> None:
        self._filters = said.filters
        self._pattern = _compiled(said.query) if said.query else None

    def holds(self, change: Change) -> bool:
        if self._filters and filters.matching(self._filters, _subject(change), KEYS) < 0:
            return False
        texts = (change.title, change.description, change.change_key)
        pattern = self._pattern
        return pattern is None or any(pattern.search(text) for text in texts)


def _compiled(query: str) -> Pattern:
    try:
        return filters.compile_pattern(f"(?i){query}")
    except ValueError as problem:
        raise InvalidParameter(
            "{field}: {value} cannot be understood: {problem}",
            field="query",
            value=query,
            problem=str(problem),
        ) from None


def _subject(change: Change) -> Subject:
    return {
        **{LABEL + name: value for name, value in change.labels.items()},
        "title": change.title,
        "description": change.description,
        "change_key": change.change_key,
        "status": str(change.status),
        "integration_id": str(change.integration_id),
    }
