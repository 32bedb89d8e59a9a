"""How busy channels are: figures of their incidents that lists of channels show."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ScalarSelect, case, func, select

from tocsin.domain.incident import Progress
from tocsin.domain.severity import Severity, worst
from tocsin.store.database import Tx
from tocsin.store.tables.channel import channel
from tocsin.store.tables.incident import incident


class Activity(Struct):
    """Open incidents that began lately, by progress; the worst of all that are open, None where
    none is; and when the newest incident began (ms, 0 for never)."""

    triggered: int = 0
    processing: int = 0
    worst: Severity | None = None
    last_incident_at: int = 0


def last_incident_at() -> ScalarSelect[Any]:
    """When the newest incident of the channel at hand began, 0 for never: one index look-up."""
    newest = select(func.coalesce(func.max(incident.c.start_time), 0)).where(
        incident.c.account_id == channel.c.account_id, incident.c.channel_id == channel.c.id
    )
    return newest.correlate(channel).scalar_subquery()


def of_channels(
    tx: Tx, account_id: int, channel_ids: Sequence[int], since: int
) -> dict[int, Activity]:
    """The figures of each of these channels, counting what began at `since` or later."""
    found = {channel_id: Activity() for channel_id in channel_ids}
    if not found:
        return found
    lately = func.sum(case((incident.c.start_time >= since, 1), else_=0))
    is_open = (
        incident.c.account_id == account_id,
        incident.c.channel_id.in_(channel_ids),
        incident.c.progress != Progress.CLOSED,
    )
    columns = (incident.c.channel_id, incident.c.progress, incident.c.severity)
    for channel_id, progress, severity, count in tx.tuples(
        select(*columns, lately).where(*is_open).group_by(*columns)
    ):
        busy = found[channel_id]
        busy.worst = worst(busy.worst, severity) if busy.worst else severity
        if progress is Progress.PROCESSING:
            busy.processing += int(count)
        else:
            busy.triggered += int(count)
    newest = select(channel.c.id, last_incident_at()).where(
        channel.c.account_id == account_id, channel.c.id.in_(channel_ids)
    )
    for channel_id, began in tx.tuples(newest):
        found[channel_id].last_incident_at = int(began)
    return found
