"""What Prometheus reads at /metrics: counters of this process, gauges from the database."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.registry import Collector


class Metrics:
    """The numbers of one edge process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "tocsin_requests",
            "Calls answered, by operation and status.",
            ["operation", "status"],
            registry=self.registry,
        )
        self._doors = Counter(
            "tocsin_door_requests",
            "Requests at the intake doors, by door and outcome.",
            ["door", "outcome"],
            registry=self.registry,
        )

        self._knocks: dict[tuple[str, str], Counter] = {}

    def called(self, path: str, status: int) -> None:
        self._requests.labels(path, str(status)).inc()

    def knocked(self, door: str, outcome: str) -> None:
        """A door answered: `accepted`, or why it refused."""
        counter = self._knocks.get((door, outcome))
        if counter is None:
            counter = self._knocks[door, outcome] = self._doors.labels(door, outcome)
        counter.inc()

    def gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        """A number read anew at each scrape."""
        Gauge(name, text, registry=self.registry).set_function(read)

    def collect(self, collector: Collector) -> None:
        """Numbers that are read together at each scrape."""
        self.registry.register(collector)

    def text(self) -> bytes:
        return generate_latest(self.registry)
