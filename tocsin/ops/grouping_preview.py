"""How a channel's alerts would share incidents, asked before its grouping is changed."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.channel import Group
from tocsin.domain.grouping_preview import Together
from tocsin.engine import channel as channels
from tocsin.engine import grouping_preview as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store.database import Tx
from tocsin.wire.incident import ObjectId
from tocsin.wire.scalars import Seconds

TAG: Final = "Channels"
INCIDENTS_SHOWN: Final = 20
ALERTS_SHOWN: Final = 5


class PreviewGrouping(Struct, frozen=True):
    channel_id: int
    group: Group


class GroupedAlert(Struct, frozen=True):
    alert_id: ObjectId
    title: str
    start_time: Seconds


class GroupedIncident(Struct, frozen=True):
    """Alerts that would share an incident, the first 5 of them."""

    alert_total: int
    common: Annotated[
        str, Meta(description="Values that they share, or how alike they are; empty for one alone.")
    ]
    alerts: list[GroupedAlert]


class GroupingPreview(Struct, frozen=True):
    """Alerts that began since `since`: in how many incidents they would be, and how many they are
    in. The 20 largest are shown."""

    since: Seconds
    alert_total: int
    incident_total: int
    incident_total_now: int
    items: list[GroupedIncident]


@operation("/channel/group/preview", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def preview(tx: Tx, caller: Caller, request: PreviewGrouping) -> GroupingPreview:
    """Show how a grouping would have put the last seven days' alerts of a channel together.

    What people did to incidents by hand counts for nothing, and silenced alerts are left out.
    """
    channel = channels.seen(tx, caller, request.channel_id)
    found = engine.preview(tx, channel, request.group)
    return GroupingPreview(
        since=seconds(found.since),
        alert_total=sum(len(one.alerts) for one in found.incidents),
        incident_total=len(found.incidents),
        incident_total_now=found.incidents_now,
        items=[_incident(one) for one in found.incidents[:INCIDENTS_SHOWN]],
    )


def _incident(together: Together) -> GroupedIncident:
    return GroupedIncident(
        alert_total=len(together.alerts),
        common=together.common,
        alerts=[
            GroupedAlert(one.id, one.title, seconds(one.start_time))
            for one in together.alerts[:ALERTS_SHOWN]
        ],
    )
