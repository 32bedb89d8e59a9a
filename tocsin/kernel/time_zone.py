"""IANA time zones, as the machine knows them."""

from zoneinfo import ZoneInfo


def is_time_zone(name: str) -> bool:
    """Whether `name` is one, such as `Europe/Berlin`."""
    try:
        return ZoneInfo(name).key == name
    except (KeyError, ValueError, OSError):
        return False


def zone(name: str) -> ZoneInfo:
    """The zone of that name, for which `is_time_zone` holds."""
    return ZoneInfo(name)
