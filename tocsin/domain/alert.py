"""An alert: the events of one thing that fires, until it recovers or is closed."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent, Image
from tocsin.domain.severity import EventStatus, Severity, severity_of, worst
from tocsin.domain.trace import Outcome, Step

IMAGES_MAX: Final = 50


class Alert(Struct, frozen=True):
    """Events that share a key; instants are ms, 0 where they have not come.

    `end_time` says it recovered, or where `is_expired` that nobody spoke of it again before
    `expires_at` (0 is never); `close_time` that somebody closed its incident. Either way it takes
    no further event: the next one of its key opens a new alert. `last_time` is when it was last
    heard of, whatever its sender says of when things began. `severity` is the highest seen,
    `status` the last. `last_mark` recognises a repeat of the newest event, and `echo`, where it
    has one, word for word what its sender wrote then. A muted alert has no incident until an event
    of it is not muted; `muted_by` says what keeps it from one.
    """

    id: str
    account_id: int
    channel_id: int
    integration_id: int
    alert_key: str
    title: str
    severity: Severity
    status: EventStatus
    start_time: int
    last_time: int
    created_at: int
    updated_at: int
    last_mark: str
    incident_id: str = ""
    title_rule: str = ""
    description: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    images: tuple[Image, ...] = ()
    end_time: int = 0
    close_time: int = 0
    expires_at: int = 0
    is_expired: bool = False
    event_count: int = 1
    ever_muted: bool = False
    muted_by: Step | None = None
    echo: str = ""

    @property
    def is_open(self) -> bool:
        """Whether further events of its key belong to it."""
        return not self.end_time and not self.close_time


class Place(Struct, frozen=True):
    """Where an event was delivered. Keys of two places never meet."""

    account_id: int
    channel_id: int
    integration_id: int


class Hearing(Struct, frozen=True):
    """When an event was received and when it is taken in (both ms), and by which `echo` the same
    words would be recognised; empty where they would not."""

    received_at: int
    at: int
    echo: str = ""


class Received(Struct, frozen=True):
    """The answer to an event: the alert as it is now, None where there is none."""

    outcome: Outcome
    alert: Alert | None

    @property
    def keeps_event(self) -> bool:
        """Whether the event is worth a row; one that repeats the last only refreshes the alert."""
        return self.outcome in (Outcome.OPENED, Outcome.UPDATED, Outcome.RECOVERED)


def receive(
    current: Alert | None, event: AlertEvent, place: Place, id_: str, hearing: Hearing
) -> Received:
    """Take an event in: merge it into the open alert of its key, or open alert `id_`.

    `current` is the alert of this key and place that is still open. The title stays as the first
    event gave it, the severity never falls.
    """
    if current is None or not current.is_open:
        if event.status is EventStatus.OK:
            return Received(Outcome.NOTHING_TO_RECOVER, None)
        return Received(Outcome.OPENED, _opened(event, place, id_, hearing))
    refreshed = _refreshed(current, event, hearing)
    if event.mark == current.last_mark:
        return Received(Outcome.REPEATED, refreshed)
    merged = replace(
        refreshed,
        severity=worst(current.severity, severity_of(event.status)),
        status=event.status,
        description=event.description or current.description,
        last_mark=event.mark,
        event_count=current.event_count + 1,
    )
    if event.status is not EventStatus.OK:
        return Received(Outcome.UPDATED, merged)
    ended = replace(merged, end_time=max(event.happened_at, current.start_time))
    return Received(Outcome.RECOVERED, ended)


def closed(alert: Alert, at: int) -> Alert:
    """The alert after its incident was closed by hand: it takes no further event."""
    return alert if alert.close_time else replace(alert, close_time=at, updated_at=at)


def expired(alert: Alert, at: int) -> Alert:
    """The alert after nobody spoke of it in time: it ended without recovering."""
    end = max(alert.expires_at, alert.start_time)
    return replace(alert, end_time=end, is_expired=True, updated_at=at)


def ended_by_hand(alert: Alert, at: int) -> Alert:
    """The alert after somebody closed it: it counts as recovered and takes no further event."""
    return replace(alert, end_time=at, close_time=at, updated_at=at)


def _opened(event: AlertEvent, place: Place, id_: str, hearing: Hearing) -> Alert:
    return Alert(
        id=id_,
        account_id=place.account_id,
        channel_id=place.channel_id,
        integration_id=place.integration_id,
        alert_key=event.alert_key,
        title=event.title,
        title_rule=event.title_rule,
        description=event.description,
        severity=severity_of(event.status),
        status=event.status,
        start_time=event.happened_at,
        last_time=max(event.happened_at, hearing.received_at),
        labels=event.labels,
        images=event.images[:IMAGES_MAX],
        last_mark=event.mark,
        expires_at=event.expires_at,
        created_at=hearing.at,
        updated_at=hearing.at,
        echo=hearing.echo,
    )


def _refreshed(alert: Alert, event: AlertEvent, hearing: Hearing) -> Alert:
    recovers = event.status is EventStatus.OK
    return replace(
        alert,
        labels={**event.labels, **alert.labels} if recovers else event.labels,
        images=_merged_images(alert.images, event.images),
        last_time=max(alert.last_time, event.happened_at, hearing.received_at),
        expires_at=alert.expires_at if recovers else event.expires_at,
        updated_at=hearing.at,
        echo=hearing.echo,
    )


def _merged_images(known: Iterable[Image], new: Iterable[Image]) -> tuple[Image, ...]:
    """Pictures by source, a later one overwriting; the newest 50 stay."""
    by_source = {image.src: image for image in (*known, *new)}
    return tuple(by_source.values())[-IMAGES_MAX:]
