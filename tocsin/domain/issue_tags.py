"""What the events of an issue have in common: how often each tag has each value."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.issue_event import plain
from tocsin.domain.user_agent import browser, device, system
from tocsin.kernel.text import cut

TAGS_MAX: Final = 100
NAME_MAX: Final = 64
VALUE_MAX: Final = 200


class Tag(Struct, frozen=True):
    """A tag, how many events have it, and its values with theirs, the most frequent first."""

    name: str
    total: int
    values: list[tuple[str, int]]


def distribution(events: Iterable[ErrorEvent], values_max: int) -> list[Tag]:
    """The tags that most events have first; what every event says of itself counts as one."""
    counted: dict[str, Counter[str]] = {}
    for event in events:
        for name, value in _said(event):
            counted.setdefault(cut(name, NAME_MAX), Counter())[cut(value, VALUE_MAX)] += 1
    tags = [
        Tag(name, values.total(), sorted(values.items(), key=_frequent)[:values_max])
        for name, values in counted.items()
    ]
    return sorted(tags, key=lambda tag: (-tag.total, tag.name))[:TAGS_MAX]


def searched(event: ErrorEvent) -> dict[str, str]:
    """The tags that the issue of an event can be found by: its own, and what its browser tells."""
    told = {
        "browser_name": browser(event.user_agent)[0],
        "os_name": event.os_name or system(event.user_agent),
        "device_type": event.device_type or device(event.user_agent),
    }
    return {
        plain(name, VALUE_MAX): plain(value, VALUE_MAX)
        for name, value in (told | event.tags).items()
        if name and value
    }


def _frequent(item: tuple[str, int]) -> tuple[int, str]:
    value, count = item
    return -count, value


def _said(event: ErrorEvent) -> Iterator[tuple[str, str]]:
    own = {
        "release": event.version,
        "environment": event.env,
        "level": event.level,
        "platform": event.platform,
        "transaction": event.transaction,
        "url": event.url,
        "user": event.user_id,
        "sdk": event.sdk,
    }
    for name, value in (own | event.tags).items():
        if value:
            yield name, value
