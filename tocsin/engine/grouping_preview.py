"""What a grouping would make of a channel's alerts, asked before it is set."""

from msgspec import Struct

from tocsin.domain.channel import Channel, Group, check_group
from tocsin.domain.grouping_preview import Together, share
from tocsin.engine.noise_preview import LOOKBACK_MS
from tocsin.store import noise_preview as store
from tocsin.store.database import Tx


class Preview(Struct, frozen=True):
    """How alerts would share incidents, the largest first, and how many incidents they are in
    now. All alerts with an incident that began since `since` (ms) are looked at."""

    since: int
    incidents_now: int
    incidents: list[Together]


def preview(tx: Tx, channel: Channel, group: Group) -> Preview:
    """What a grouping would have made of the last seven days' alerts of a channel, the latest
    1,000. Raises InvalidParameter for one out of bounds."""
    check_group(group)
    since = tx.now - LOOKBACK_MS
    found = [life.alert for life in store.lives(tx, channel.account_id, channel.id, since)]
    if len(found) == store.ALERTS_MAX:
        since = min(one.updated_at for one in found)
    alerts = [one for one in found if one.incident_id and one.created_at >= since]
    incidents = share(group, alerts, closes=not channel.disable_auto_close)
    return Preview(
        since=since,
        incidents_now=len({one.incident_id for one in alerts}),
        incidents=sorted(incidents, key=lambda one: -len(one.alerts)),
    )
