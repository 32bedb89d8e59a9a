"""A channel, a sender of it, and what becomes of what is pushed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from tests.cast import Cast
from tests.push import engine, make_channel, make_integration, push
from tests.server import Server
from tocsin.domain.trace import Stage, Trace
from tocsin.store.database import Database
from tocsin.store.tables.trace import trace


class Desk:
    """A channel, a sender of it, and what becomes of what is pushed."""

    def __init__(self, server: Server, database: Database, cast: Cast) -> None:
        self.server = server
        self.database = database
        self.cast = cast
        self.channel_id = make_channel(server, database, cast)
        self._key = make_integration(server, cast, channel_id=self.channel_id)["integration_key"]

    def say(self, alert_key: str, status: str = "Critical", **labels: str) -> None:
        """Push an event and have it digested."""
        self.queue(alert_key, status, **labels)
        engine(self.database)

    def queue(self, alert_key: str, status: str = "Critical", **labels: str) -> None:
        answer = push(
            self.server, self._key, alert_key=alert_key, event_status=status, labels=labels
        )
        assert answer.status == 200, answer.body

    def alerts(self, **wish: Any) -> dict[str, Any]:
        """The alerts of the channel by their keys, the newest of each."""
        now = self.server.clock.now() // 1000
        body = {"start_time": now - 86_400, "end_time": now + 1, "limit": 100, **wish}
        page = self.server.post("/alert/list", body, self.cast.alice.key).data
        return {one["alert_key"]: one for one in reversed(page["items"])}

    def log(self, alert_key: str) -> list[Any]:
        """What the activity log of an alert says, oldest first."""
        wish = {"alert_id": self.alerts()[alert_key]["alert_id"], "asc": True, "limit": 100}
        return list(self.server.post("/alert/feed", wish, self.cast.alice.key).data["items"])

    def incidents(self) -> int:
        now = self.server.clock.now() // 1000
        body = {"start_time": now - 86_400, "end_time": now + 1}
        return int(self.server.post("/incident/list", body, self.cast.alice.key).data["total"])

    def trace(self, alert_key: str) -> Trace:
        """The latest decision about an alert key."""
        found = select(trace).where(trace.c.alert_key == alert_key)
        with self.database.read() as tx:
            latest = tx.row(
                found.order_by(trace.c.last_received_at.desc(), trace.c.id.desc()), Trace
            )
        assert latest
        return latest

    def stages(self, alert_key: str) -> Sequence[Stage]:
        return [step.stage for step in self.trace(alert_key).steps]
