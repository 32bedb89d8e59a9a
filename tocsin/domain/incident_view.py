"""An incident as the outside sees it, in answers and in webhooks alike. Instants in seconds."""

from typing import Annotated, Any, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType, field

from tocsin.domain.channel import GroupMethod
from tocsin.domain.incident import Assignment, AssignType, Frequency, Incident, Progress
from tocsin.domain.integration import Integration
from tocsin.domain.link import fill
from tocsin.domain.severity import EventStatus
from tocsin.kernel.units import seconds


class PersonShort(Struct, frozen=True):
    """A person by name."""

    person_id: int
    person_name: str = ""
    email: str = ""
    role: Annotated[str, Meta(description="What they are in the object around them.")] = field(
        default="", name="as"
    )


class AssignedTo(Struct, frozen=True):
    """The latest handing-over; empty lists and zeros while nobody has the incident."""

    person_ids: tuple[int, ...]
    escalate_rule_id: Annotated[str, Meta(description="24 zeros without an escalation rule.")]
    escalate_rule_name: str
    layer_idx: int
    type: AssignType
    emails: tuple[str, ...]
    assigned_at: int
    id: str


class ResponderView(Struct, frozen=True):
    """Somebody who is on it."""

    person_id: int
    person_name: str
    email: str
    role: str = field(name="as")
    assigned_at: int
    acknowledged_at: Annotated[int, Meta(description="0 while not acknowledged.")]


class Picture(Struct, frozen=True):
    """An image that explains an incident or an alert."""

    src: Annotated[str, Meta(description="An http(s) URL, or a token `img_…` of an upload.")]
    href: str = ""
    alt: str = ""


class LinkItem(Struct, frozen=True):
    """A channel's link, with the incident's values filled in."""

    name: str
    endpoint: str
    open_type: str


class IncidentView(Struct, frozen=True, kw_only=True):
    """An incident with the names that go with its ids."""

    incident_id: str
    account_id: int
    account_name: str
    account_locale: str
    account_time_zone: str
    channel_id: Annotated[int, Meta(description="0 outside any channel.")]
    channel_name: str
    channel_status: str
    integration_id: Annotated[int, Meta(description="Of its first alert; 0 without alerts.")]
    integration_ids: tuple[int, ...]
    integration_type: str
    integration_types: tuple[str, ...]
    data_source_id: Annotated[int, Meta(description="Old name of integration_id.")]
    data_source_ids: tuple[int, ...]
    data_source_type: str
    data_source_types: tuple[str, ...]
    dedup_key: Annotated[str, Meta(description="The alert_key of its first alert.")]
    equals_md5: Annotated[str, Meta(description="Of the grouping bucket; empty without grouping.")]
    start_time: int
    last_time: int
    end_time: Annotated[int, Meta(description="When all alerts had recovered, else 0.")]
    ack_time: int
    close_time: int
    snoozed_before: int
    created_at: int
    updated_at: int
    deleted_at: int
    creator_id: Annotated[int, Meta(description="0 for the system.")]
    closer_id: Annotated[int, Meta(description="0 for the system, or while open.")]
    owner_id: int
    incident_severity: EventStatus
    incident_status: EventStatus
    progress: Progress
    title: str
    num: Annotated[str, Meta(description="A short label to say aloud; it may repeat.")]
    description: str
    ai_summary: str
    impact: str
    root_cause: str
    resolution: str
    frequency: Frequency
    group_method: GroupMethod
    ever_muted: bool
    merge_disabled: Annotated[bool, Meta(description="Grouping puts no more alerts into it.")]
    labels: dict[str, str]
    fields: dict[str, Any]
    assigned_to: AssignedTo
    responders: list[ResponderView]
    reporter_email: str
    alert_cnt: int
    active_alert_cnt: int
    alert_event_cnt: int
    creator: PersonShort | UnsetType = UNSET
    closer: PersonShort | UnsetType = UNSET
    owner: PersonShort | UnsetType = UNSET
    detail_url: str
    silence_url: str
    links: list[LinkItem]
    post_mortem_id: str
    images: list[Picture]
    manual_overrides: list[str]


class Person(Struct, frozen=True):
    """Who somebody is; `as_` is member or account."""

    name: str
    email: str
    kind: str


class ChannelName(Struct, frozen=True):
    """What a channel is called, and whether it receives."""

    name: str = ""
    status: str = ""


class Names(Struct, frozen=True):
    """What stands behind the ids of some incidents; `base_url` is where the console is, `links`
    are those of the account's channels."""

    account_name: str
    account_locale: str
    account_time_zone: str
    base_url: str
    people: dict[int, Person]
    channels: dict[int, ChannelName]
    links: tuple[Integration, ...] = ()

    def person(self, person_id: int) -> PersonShort | UnsetType:
        """The person, or nothing at all for 0 and for somebody unknown."""
        known = self.people.get(person_id)
        if known is None:
            return UNSET
        return PersonShort(person_id, known.name, known.email, known.kind)


Shape = TypeVar("Shape", bound=IncidentView)


def ids_of_people(incident: Incident) -> set[int]:
    """Everybody whose name a view of the incident needs."""
    people = {responder.person_id for responder in incident.responders}
    return people | {incident.creator_id, incident.closer_id, incident.owner_id}


def detail_url(base_url: str, incident_id: str) -> str:
    """Where the console shows the incident."""
    return f"{base_url}/app/incidents/{incident_id}"


def view(incident: Incident, names: Names, shape: type[Shape]) -> Shape:
    """The incident as the outside sees it, in a shape that may add to IncidentView."""
    channel = names.channels.get(incident.channel_id, ChannelName())
    first_id = incident.integration_ids[0] if incident.integration_ids else 0
    first_type = incident.integration_types[0] if incident.integration_types else ""
    return shape(
        incident_id=incident.incident_id,
        account_id=incident.account_id,
        account_name=names.account_name,
        account_locale=names.account_locale,
        account_time_zone=names.account_time_zone,
        channel_id=incident.channel_id,
        channel_name=channel.name,
        channel_status=channel.status,
        integration_id=first_id,
        integration_ids=incident.integration_ids,
        integration_type=first_type,
        integration_types=incident.integration_types,
        data_source_id=first_id,
        data_source_ids=incident.integration_ids,
        data_source_type=first_type,
        data_source_types=incident.integration_types,
        dedup_key=incident.dedup_key,
        equals_md5=incident.buckets[0] if incident.buckets else "",
        start_time=seconds(incident.start_time),
        last_time=seconds(incident.last_time),
        end_time=seconds(incident.end_time),
        ack_time=seconds(incident.ack_time),
        close_time=seconds(incident.close_time),
        snoozed_before=seconds(incident.snoozed_before),
        created_at=seconds(incident.created_at),
        updated_at=seconds(incident.updated_at),
        deleted_at=0,
        creator_id=incident.creator_id,
        closer_id=incident.closer_id,
        owner_id=incident.owner_id,
        incident_severity=EventStatus(incident.severity),
        incident_status=incident.status,
        progress=incident.progress,
        title=incident.title,
        num=incident.num,
        description=incident.description,
        ai_summary="",
        impact=incident.impact,
        root_cause=incident.root_cause,
        resolution=incident.resolution,
        frequency=incident.frequency,
        group_method=incident.group_method,
        ever_muted=incident.ever_muted,
        merge_disabled=incident.merge_disabled,
        labels=incident.labels,
        fields=incident.fields,
        assigned_to=_assigned_to(incident.assigned_to),
        responders=_responders(incident, names),
        reporter_email=incident.reporter_email,
        alert_cnt=incident.alert_cnt,
        active_alert_cnt=incident.active_alert_cnt,
        alert_event_cnt=incident.alert_event_cnt,
        creator=names.person(incident.creator_id),
        closer=names.person(incident.closer_id),
        owner=names.person(incident.owner_id),
        detail_url=detail_url(names.base_url, incident.incident_id),
        silence_url=f"{detail_url(names.base_url, incident.incident_id)}/silence",
        links=_links(incident, names),
        post_mortem_id="",
        images=[],
        manual_overrides=[str(name) for name in incident.manual_overrides],
    )


def _links(incident: Incident, names: Names) -> list[LinkItem]:
    """The links of its channel; a value that is not there still yields one."""
    found = [one for one in names.links if one.serves(incident.channel_id)]
    if not found:
        return []
    values = link_values(incident)
    return [
        LinkItem(one.name, fill(one.settings.endpoint, values), str(one.settings.open_type))
        for one in found
    ]


def link_values(incident: Incident) -> dict[str, str]:
    """What the variables of links stand for in an incident."""
    return {
        **{f"labels.{name}": value for name, value in incident.labels.items()},
        **{f"fields.{name}": _said(value) for name, value in incident.fields.items()},
        "title": incident.title,
        "description": incident.description,
        "incident_id": incident.incident_id,
        "num": incident.num,
        "incident_severity": str(incident.severity),
        "channel_id": str(incident.channel_id),
        "progress": str(incident.progress),
        "start_time": str(seconds(incident.start_time)),
        "end_time": str(seconds(incident.end_time)),
    }


def _said(value: Any) -> str:
    """A custom field's value in one text."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _assigned_to(held: Assignment) -> AssignedTo:
    return AssignedTo(
        person_ids=held.person_ids,
        escalate_rule_id=held.escalate_rule_id,
        escalate_rule_name=held.escalate_rule_name,
        layer_idx=held.layer_idx,
        type=held.type,
        emails=held.emails,
        assigned_at=seconds(held.assigned_at),
        id=held.id,
    )


def _responders(incident: Incident, names: Names) -> list[ResponderView]:
    nobody = Person("", "", "")
    return [
        ResponderView(
            person_id=responder.person_id,
            person_name=names.people.get(responder.person_id, nobody).name,
            email=names.people.get(responder.person_id, nobody).email,
            role=names.people.get(responder.person_id, nobody).kind,
            assigned_at=seconds(responder.assigned_at),
            acknowledged_at=seconds(responder.acknowledged_at),
        )
        for responder in incident.responders
    ]
