"""What a sender said about an alert, at the end of its integration's part of the way."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.integration import Integration
from tocsin.domain.severity import EventStatus
from tocsin.domain.trace import Given, Outcome, Step


class Arrival(Struct, frozen=True):
    """A report with the decisions taken so far.

    `given` is the report as its sender made it. `event` is the alert event as it goes on, None
    where its way ended with `outcome`, and for a report of another kind. A firing event goes to
    `channel_ids`; everything else wherever its alert is open, or in the channel `only` if the
    push named one. By `echo` the same report is recognised unread; empty where it is not.
    """

    integration: Integration
    given: Given
    received_at: int
    steps: tuple[Step, ...] = ()
    only: int = 0
    event: AlertEvent | None = None
    channel_ids: tuple[int, ...] = ()
    outcome: Outcome | None = None
    echo: str = ""

    @property
    def recovers(self) -> bool:
        return self.event is not None and self.event.status is EventStatus.OK

    def ended(self, outcome: Outcome, steps: Sequence[Step]) -> "Arrival":
        """The same, its way at an end."""
        return replace(self, outcome=outcome, steps=tuple(steps))

    def goes_on(
        self, event: AlertEvent, channel_ids: tuple[int, ...], steps: Sequence[Step]
    ) -> "Arrival":
        """The same, on its way to channels."""
        return replace(self, event=event, channel_ids=channel_ids, steps=tuple(steps))
