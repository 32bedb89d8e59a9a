"""Every table, one file an area; importing this package fills `metadata`."""

from tocsin.store.tables import alert, change, channel, engine, platform
from tocsin.store.tables.base import metadata

__all__ = ["alert", "change", "channel", "engine", "metadata", "platform"]
