"""Which earlier incidents of a channel are like one, found by the marks of its title."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import msgspec

from tocsin.domain.channel import Channel
from tocsin.domain.incident import Frequency
from tocsin.domain.similarity import Likeness, Sketch, is_rare, likeness, marks, sketch
from tocsin.kernel.units import DAY
from tocsin.store import incident_likeness as stored
from tocsin.store.database import Tx
from tocsin.store.incident_likeness import Earlier

LOOKBACK_MS: Final = 30 * DAY
COMPARED_MAX: Final = 200
REMEMBERED_MAX: Final = 2_048
_AT_ONCE: Final = 50
_decode: Final = msgspec.json.Decoder(dict[str, str]).decode


class Past:
    """What lately happened in channels, with what a batch adds to it; each mark is read once."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._bearing: dict[tuple[int, str], list[Sketch]] = {}

    def frequency(
        self, channel: Channel | None, title: str, labels: Mapping[str, str]
    ) -> Frequency:
        """Whether the channel's incidents of the last 30 days include one like this new one. Of
        those that share a mark, the newest COMPARED_MAX are looked at."""
        if channel is None or channel.disable_outlier_detection:
            return Frequency.FREQUENT
        mine = sketch(title, labels)
        known = [self._known(channel, mark) for mark in dict.fromkeys(marks(title))]
        rare = all(is_rare(mine, reversed(some)) for some in known)
        for some in known:
            some.append(mine)
        return Frequency.RARE if rare else Frequency.FREQUENT

    def _known(self, channel: Channel, mark: str) -> list[Sketch]:
        """What bears a mark."""
        key = (channel.id, mark)
        if key not in self._bearing:
            tx, span = self._tx, (self._tx.now - LOOKBACK_MS, self._tx.now)
            ids = stored.bearing(tx, channel.account_id, channel.id, (mark,), span)
            found = stored.said(tx, channel.account_id, ids[:COMPARED_MAX])
            self._bearing[key] = [_sketched(title, labels) for title, labels in found]
        return self._bearing[key]


@lru_cache(REMEMBERED_MAX)
def _sketched(title: str, labels: str) -> Sketch:
    # One batch after the other compares with the same newest incidents.
    return sketch(title, _decode(labels))


def closed_and_alike(
    tx: Tx,
    account_id: int,
    channel_id: int,
    title: str,
    labels: Mapping[str, str],
    until: int,
) -> list[tuple[Earlier, Likeness]]:
    """The closed incidents of a channel, of the 30 days up to an instant, that are like one."""
    span = (until - LOOKBACK_MS, until)
    mine = sketch(title, labels)
    compared = [
        (one, likeness(mine, sketch(one.title, one.labels)))
        for some in _chunks(stored.bearing(tx, account_id, channel_id, marks(title), span))
        for one in stored.earlier(tx, account_id, some, closed_only=True)
    ]
    return [(one, score) for one, score in compared if score.is_alike]


def _chunks(found: list[str]) -> Iterator[list[str]]:
    return (found[at : at + _AT_ONCE] for at in range(0, len(found), _AT_ONCE))
