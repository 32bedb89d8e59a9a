"""The product with a channel and an integration that takes what Alertmanager takes."""

from pathlib import Path
from time import perf_counter

from bench.product import Product
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import Ids, system_chance
from tocsin.kernel.units import DAY, seconds
from tocsin.store.database import Database
from tocsin.store.inbox import Inbox, open_inbox


class Tocsin(Product):
    """A server with its engine, on SQLite or on a PostgreSQL database."""

    path = ""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        folder.mkdir()
        super().__init__(folder, database_url)
        self._database_url = database_url or f"sqlite:///{folder / 'data' / 'tocsin.db'}"
        self._inbox: Inbox | None = None

    def ready(self) -> None:
        """Start, and open the door."""
        self.start()
        team = self.call("/team/upsert", {"team_name": "Bench"})["team_id"]
        wish = {"channel_name": "bench", "team_id": team}
        channel = self.call("/channel/create", wish)["channel_id"]
        sender = {"plugin_type": "prometheus", "name": "bench", "channel_id": channel}
        key = self.call("/datasource/upsert", sender)["integration_key"]
        self.path = f"/am/{key}/api/v2/alerts"
        clock = SystemClock()
        self._inbox = open_inbox(
            Database.open(self._database_url, clock, Ids(clock, system_chance()))
        )

    def backlog(self) -> int:
        """Requests accepted and not digested yet."""
        return self._inbox.depth() if self._inbox else 0

    def list_some(self) -> float:
        """Seconds until 20 active alerts were listed, the newest first."""
        now = seconds(SystemClock().now())
        asked = {"start_time": now - seconds(DAY), "end_time": now + 60, "is_active": True}
        started = perf_counter()
        found = self.call("/alert/list", {**asked, "limit": 20})
        took = perf_counter() - started
        if len(found["items"]) != 20:
            raise SystemExit(f"the list holds {len(found['items'])} alerts, not 20")
        return took
