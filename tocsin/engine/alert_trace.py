"""The decision traces of a batch."""

import hashlib

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.trace import Outcome, Step, Trace
from tocsin.engine.alert_arrival import Arrival
from tocsin.kernel.units import DAY
from tocsin.store import trace as traces
from tocsin.store.database import Tx


class Traces:
    """What is to be kept of the decisions of a batch."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._became: list[Trace] = []
        self._nothing: list[Trace] = []

    def became(self, became: "Became", arrival: Arrival, steps: tuple[Step, ...]) -> None:
        """An event that an alert took in, or that moved its incident."""
        fresh = _trace(arrival, self._tx.ids.object_id(), became.channel_id, became.outcome, steps)
        self._became.append(
            replace(
                fresh,
                alert_id=became.alert_id,
                event_id=became.event_id,
                incident_id=became.incident_id,
            )
        )

    def ended(
        self, arrival: Arrival, outcome: Outcome, channel_id: int = 0, steps: tuple[Step, ...] = ()
    ) -> None:
        """An event that became nothing, in a channel or (0) before any."""
        id_ = _id_of_nothing(arrival, channel_id, outcome)
        self._nothing.append(_trace(arrival, id_, channel_id, outcome, arrival.steps + steps))

    @property
    def all(self) -> list[Trace]:
        """Every one, as it would be kept."""
        return [*self._became, *self._nothing]

    def keep(self) -> None:
        """Write them all."""
        traces.add(self._tx, self._became)
        traces.add_or_count(self._tx, self._nothing)


class Became(Struct, frozen=True):
    """What an event came to; `event_id` is empty where it said nothing worth a row."""

    outcome: Outcome
    channel_id: int
    alert_id: str
    event_id: str = ""
    incident_id: str = ""


def _trace(
    arrival: Arrival, id_: str, channel_id: int, outcome: Outcome, steps: tuple[Step, ...]
) -> Trace:
    return Trace(
        id=id_,
        account_id=arrival.integration.account_id,
        integration_id=arrival.integration.id,
        channel_id=channel_id,
        alert_key=arrival.given.alert_key,
        outcome=outcome,
        received_at=arrival.received_at,
        last_received_at=arrival.received_at,
        given=arrival.given,
        steps=steps,
    )


def _id_of_nothing(arrival: Arrival, channel_id: int, outcome: Outcome) -> str:
    """The same for all that a sender repeats on one day and that comes to the same nothing."""
    given, integration = arrival.given, arrival.integration
    said = given.mark if isinstance(given, AlertEvent) else repr(given)
    parts = (integration.account_id, integration.id, channel_id, given.alert_key, said, outcome)
    day = arrival.received_at // DAY
    return hashlib.blake2b(repr((*parts, day)).encode(), digest_size=12).hexdigest()
