"""What somebody sent, apart from what they left out."""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import UNSET

K = TypeVar("K")


def given(fields: Mapping[K, Any]) -> dict[K, Any]:
    """The fields that are not UNSET."""
    return {name: value for name, value in fields.items() if value is not UNSET}
