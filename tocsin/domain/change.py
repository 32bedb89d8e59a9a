"""A change: the events of one deployment, switch or repair that somebody reports."""

from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace


class ChangeStatus(StrEnum):
    """How far a change has come; not every state need be reported."""

    PLANNED = "Planned"
    READY = "Ready"
    PROCESSING = "Processing"
    CANCELED = "Canceled"
    DONE = "Done"


_FINAL = (ChangeStatus.CANCELED, ChangeStatus.DONE)


class ChangeEvent(Struct, frozen=True):
    """One report about a change; `happened_at` is in ms and may lie ahead for `Ready`."""

    change_key: str
    status: ChangeStatus
    title: str
    happened_at: int
    description: str = ""
    link: str = ""
    labels: dict[str, str] = field(default_factory=dict)


class Change(Struct, frozen=True):
    """Events that share a key; instants are ms. `end_time` is 0 until it is done or canceled."""

    id: str
    account_id: int
    channel_id: int
    integration_id: int
    change_key: str
    status: ChangeStatus
    title: str
    start_time: int
    last_time: int
    created_at: int
    updated_at: int
    description: str = ""
    link: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    end_time: int = 0
    event_count: int = 1


class ChangePlace(Struct, frozen=True):
    """Whose change it is; `channel_id` is 0 where the integration serves no single channel."""

    account_id: int
    channel_id: int
    integration_id: int


def receive(
    current: Change | None, event: ChangeEvent, place: ChangePlace, id_: str, at: int
) -> Change:
    """The change after an event: the status follows the newest, the start is the first's."""
    end_time = event.happened_at if event.status in _FINAL else 0
    if current is None:
        return Change(
            id=id_,
            account_id=place.account_id,
            channel_id=place.channel_id,
            integration_id=place.integration_id,
            change_key=event.change_key,
            status=event.status,
            title=event.title,
            description=event.description,
            link=event.link,
            labels=event.labels,
            start_time=event.happened_at,
            last_time=event.happened_at,
            end_time=end_time,
            created_at=at,
            updated_at=at,
        )
    return replace(
        current,
        status=event.status,
        title=event.title,
        description=event.description or current.description,
        link=event.link or current.link,
        labels={**current.labels, **event.labels},
        last_time=max(current.last_time, event.happened_at),
        end_time=end_time,
        event_count=current.event_count + 1,
        updated_at=at,
    )
