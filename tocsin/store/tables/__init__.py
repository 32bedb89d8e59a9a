"""Every table, one file an area; importing this package fills `metadata`."""

from tocsin.store.tables import platform
from tocsin.store.tables.base import metadata

__all__ = ["metadata", "platform"]
