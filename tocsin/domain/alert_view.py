"""An alert as the outside sees it, in answers and in webhooks alike. Instants in seconds."""

from collections.abc import Sequence
from typing import Annotated, Self

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import StoredEvent
from tocsin.domain.feed import IncidentShort
from tocsin.domain.incident_view import ChannelName, Picture
from tocsin.domain.severity import EventStatus
from tocsin.kernel.units import seconds


class IntegrationName(Struct, frozen=True):
    """What an integration is called, and its kind."""

    name: str = ""
    type: str = ""


class Linked(Struct, frozen=True):
    """The incident an alert belongs to, and who has it in hand."""

    incident: IncidentShort
    responder_name: str = ""
    responder_email: str = ""


class AlertNames(Struct, frozen=True):
    """What stands behind the ids of some alerts; incidents the reader may not see are absent."""

    channels: dict[int, ChannelName] = {}
    integrations: dict[int, IntegrationName] = {}
    incidents: dict[str, Linked] = {}


class AlertEventItem(Struct, frozen=True, kw_only=True):
    """One event of an alert."""

    event_id: str
    alert_id: str
    account_id: int
    channel_id: int
    integration_id: int
    integration_type: str
    data_source_id: Annotated[int, Meta(description="Old name of integration_id.")]
    title: str
    title_rule: str
    description: str
    alert_key: str
    event_severity: EventStatus
    event_status: EventStatus
    event_time: int
    labels: dict[str, str]
    images: list[Picture]
    created_at: int
    updated_at: int
    deleted_at: int = 0

    @classmethod
    def of(cls, event: StoredEvent, integration: IntegrationName) -> Self:
        return cls(
            event_id=event.id,
            alert_id=event.alert_id,
            account_id=event.account_id,
            channel_id=event.channel_id,
            integration_id=event.integration_id,
            integration_type=integration.type,
            data_source_id=event.integration_id,
            title=event.title,
            title_rule=event.title_rule,
            description=event.description,
            alert_key=event.alert_key,
            event_severity=event.status,
            event_status=event.status,
            event_time=seconds(event.happened_at),
            labels=event.labels,
            images=[Picture(one.src, one.href, one.alt) for one in event.images],
            created_at=seconds(event.created_at),
            updated_at=seconds(event.created_at),
        )


class AlertInfo(Struct, frozen=True, kw_only=True):
    """An alert with the names that go with its ids.

    `severity`, `status` and `trigger_time` repeat `alert_severity`, `alert_status` and
    `start_time` for clients that know the old names, as the `data_source_…` fields do.
    """

    alert_id: str
    account_id: int
    channel_id: int
    channel_name: str
    channel_status: str
    integration_id: int
    integration_name: str
    integration_type: str
    integration_ref_id: str
    data_source_id: int
    data_source_name: str
    data_source_type: str
    data_source_ref_id: str
    alert_key: str
    title: str
    title_rule: str
    description: str
    alert_severity: EventStatus
    alert_status: EventStatus
    severity: EventStatus
    status: EventStatus
    start_time: int
    trigger_time: int
    last_time: int
    end_time: Annotated[int, Meta(description="When it recovered; 0 while it fires.")]
    labels: dict[str, str]
    ever_muted: bool
    is_expired: Annotated[
        bool, Meta(description="It ended because its sender fell silent, not by its word.")
    ]
    created_at: int
    updated_at: int
    deleted_at: int = 0
    responder_name: str = ""
    responder_email: str = ""
    event_cnt: int
    images: list[Picture]
    incident: IncidentShort | UnsetType = UNSET
    events: list[AlertEventItem] | UnsetType = UNSET

    @classmethod
    def of(
        cls, alert: Alert, names: AlertNames, events: Sequence[StoredEvent] | UnsetType = UNSET
    ) -> Self:
        """The alert as it is shown, with `events` where they are asked for."""
        channel = names.channels.get(alert.channel_id, ChannelName())
        integration = names.integrations.get(alert.integration_id, IntegrationName())
        linked = names.incidents.get(alert.incident_id)
        severity, start = EventStatus(alert.severity), seconds(alert.start_time)
        return cls(
            alert_id=alert.id,
            account_id=alert.account_id,
            channel_id=alert.channel_id,
            channel_name=channel.name,
            channel_status=channel.status,
            integration_id=alert.integration_id,
            integration_name=integration.name,
            integration_type=integration.type,
            integration_ref_id="",
            data_source_id=alert.integration_id,
            data_source_name=integration.name,
            data_source_type=integration.type,
            data_source_ref_id="",
            alert_key=alert.alert_key,
            title=alert.title,
            title_rule=alert.title_rule,
            description=alert.description,
            alert_severity=severity,
            alert_status=alert.status,
            severity=severity,
            status=alert.status,
            start_time=start,
            trigger_time=start,
            last_time=seconds(alert.last_time),
            end_time=seconds(alert.end_time),
            labels=alert.labels,
            ever_muted=alert.ever_muted,
            is_expired=alert.is_expired,
            created_at=seconds(alert.created_at),
            updated_at=seconds(alert.updated_at),
            event_cnt=alert.event_count,
            images=[Picture(one.src, one.href, one.alt) for one in alert.images],
            responder_name=linked.responder_name if linked else "",
            responder_email=linked.responder_email if linked else "",
            incident=linked.incident if linked else UNSET,
            events=UNSET
            if events is UNSET
            else [AlertEventItem.of(event, integration) for event in events],
        )
