"""Which earlier incidents of a channel are like one, found by the marks of its title."""

from collections.abc import Iterator, Mapping
from typing import Final

from tocsin.domain.channel import Channel
from tocsin.domain.incident import Frequency
from tocsin.domain.similarity import Likeness, is_rare, likeness, marks, sketch
from tocsin.kernel.units import DAY
from tocsin.store import incident_likeness as stored
from tocsin.store.database import Tx
from tocsin.store.incident_likeness import Earlier

LOOKBACK_MS: Final = 30 * DAY
_AT_ONCE: Final = 50


def frequency(tx: Tx, channel: Channel | None, title: str, labels: Mapping[str, str]) -> Frequency:
    """Whether the channel's incidents of the last 30 days include one like it."""
    if channel is None or channel.disable_outlier_detection:
        return Frequency.FREQUENT
    span = (tx.now - LOOKBACK_MS, tx.now)
    found = stored.bearing(tx, channel.account_id, channel.id, marks(title), span)
    mine = sketch(title, labels)
    for some in _chunks(found):
        known = (
            sketch(one.title, one.labels) for one in stored.earlier(tx, channel.account_id, some)
        )
        if not is_rare(mine, known):
            return Frequency.FREQUENT
    return Frequency.RARE


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
