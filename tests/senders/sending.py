"""A monitoring system at a door of ours: what it sends, what it is told, what becomes of it."""

from pathlib import Path
from typing import Any

import httpx

from tests.cast import Cast
from tests.push import engine, make_channel, make_integration
from tests.server import Server
from tocsin.store.database import Database

FIXTURES = Path(__file__).parent.parent / "sources" / "fixtures"
JSON = {"content-type": "application/json"}


def fixture(name: str) -> bytes:
    """What a sender really sends, from `tests/sources/fixtures/`."""
    return (FIXTURES / name).read_bytes()


class Sending:
    """One sender, with an integration of its own that is dedicated to one channel."""

    def __init__(
        self,
        server: Server,
        database: Database,
        cast: Cast,
        plugin: str,
        path: str,
        channel: str = "",
        **fields: Any,
    ) -> None:
        self.server = server
        self.database = database
        self.cast = cast
        self.path = path
        self.channel_id = make_channel(server, database, cast, channel or f"For {plugin}")
        made = make_integration(
            server, cast, plugin_type=plugin, channel_id=self.channel_id, name=plugin, **fields
        )
        self.id, self.key = made["integration_id"], made["integration_key"]

    @property
    def address(self) -> str:
        return f"{self.path}?integration_key={self.key}"

    def send(
        self, body: bytes | str, headers: dict[str, str] | None = None, address: str = ""
    ) -> httpx.Response:
        """One request as the sender makes it; nothing is digested yet."""
        sent = JSON | {name.lower(): value for name, value in (headers or {}).items()}
        return self.server.request("POST", address or self.address, content=body, headers=sent)

    def fire(self, body: bytes | str, headers: dict[str, str] | None = None) -> None:
        """A request that is accepted, and digested."""
        response = self.send(body, headers)
        assert response.status_code == 200, response.text
        engine(self.database)

    def incidents(self) -> list[dict[str, Any]]:
        """The channel's incidents, oldest first."""
        wanted = {"start_time": 1, "end_time": 2_600_000, "channel_ids": [self.channel_id]}
        now = self.server.clock.now() // 1000
        wanted |= {"start_time": now - 86_400 * 15, "end_time": now + 86_400 * 15}
        found = self.server.post("/incident/list", wanted, self.cast.bob.key).data["items"]
        return sorted(found, key=lambda one: str(one["incident_id"]))

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts of those incidents."""
        return [
            alert
            for one in self.incidents()
            for alert in self.server.post(
                "/incident/alert/list", {"incident_id": one["incident_id"]}, self.cast.bob.key
            ).data["items"]
        ]

    def alert(self) -> dict[str, Any]:
        """The only alert there is."""
        [found] = self.alerts()
        return found

    def rejected(self) -> list[dict[str, Any]]:
        """What was sent and not taken in."""
        wanted = {"integration_id": self.id}
        path = "/datasource/rejected-event/list"
        found = self.server.post(path, wanted, self.cast.bob.key).data["items"]
        assert isinstance(found, list)
        return found
