"""Views of a list that somebody gave a name, to look at again on any device."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

NAME_LENGTH_MAX: Final = 64
QUERY_LENGTH_MAX: Final = 4_000
VIEWS_MAX: Final = 100


class Screen(StrEnum):
    """Which list a view is of."""

    INCIDENTS = "incidents"
    ISSUES = "issues"


class SavedView(Struct, frozen=True):
    """`query` is what the list is narrowed by, as it stands in the address of the screen."""

    account_id: int
    person_id: int
    screen: Screen
    name: str
    query: str
