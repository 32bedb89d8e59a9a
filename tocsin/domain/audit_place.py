"""Which channels a call concerns, as far as what was asked and answered names them."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, TypeVar

from msgspec import Struct

Id = TypeVar("Id", int, str)

IDS_MAX: Final = 1000
"""More than any operation takes of a kind."""
NOWHERE_YET: Final = -1
"""In place of the id of a private channel that was to be made and was not."""
_CHANNELS: Final = ("channel_id", "channel_ids")
_INTEGRATIONS: Final = ("integration_id", "integration_ids", "data_source_id")
_ID: Final = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)


class Place(Struct, frozen=True):
    """What says where: channels, integrations, and the ids of incidents, alerts and rules."""

    channel_ids: frozenset[int] = frozenset()
    integration_ids: frozenset[int] = frozenset()
    ids: frozenset[str] = frozenset()


def named(value: Any) -> Place:
    """What a JSON value names, at any depth."""
    channel_ids: set[int] = set()
    integration_ids: set[int] = set()
    ids: set[str] = set()
    for key, one in _members(value):
        if key in _CHANNELS:
            channel_ids |= _numbers(one)
        elif key in _INTEGRATIONS:
            integration_ids |= _numbers(one)
        elif key.endswith(("_id", "_ids")):
            ids |= {str(each).lower() for each in _listed(one) if _ID.fullmatch(str(each))}
    return Place(_bounded(channel_ids), _bounded(integration_ids), _bounded(ids))


def _bounded(found: set[Id]) -> frozenset[Id]:
    return frozenset(islice(found, IDS_MAX))


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield from one.items()
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _numbers(value: Any) -> set[int]:
    # `True` is an int to Python, and none to PostgreSQL.
    return {each for each in _listed(value) if type(each) is int and 0 < each < 2**62}


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]
