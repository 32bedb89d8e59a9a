"""A channel that a sender of some kind delivers to, and what people see there."""

from typing import Any

from tests.cast import Cast
from tests.push import engine, make_channel, make_integration
from tests.server import Server
from tocsin.kernel.units import DAY, MINUTE, seconds
from tocsin.store.database import Database


class Watch:
    """A channel with an integration of the sender's kind."""

    def __init__(
        self, server: Server, database: Database, cast: Cast, plugin: str, name: str = "Payments"
    ) -> None:
        self.server = server
        self.database = database
        self.person = cast.bob
        self.channel_id = make_channel(server, database, cast, name)
        made = make_integration(server, cast, plugin_type=plugin, channel_id=self.channel_id)
        self.integration_id = made["integration_id"]
        self.key = made["integration_key"]

    def listed(self, path: str) -> list[dict[str, Any]]:
        """What a list of incidents or alerts shows, after the engine did its work."""
        engine(self.database)
        now = self.server.clock.now()
        window = {"start_time": seconds(now - 30 * DAY), "end_time": seconds(now + MINUTE)}
        asked = {"channel_ids": [self.channel_id], **window}
        return list(self.server.post(path, asked, self.person.key).data["items"])

    def as_person(self, path: str, body: dict[str, Any]) -> Any:
        """The data of a call of whoever watches."""
        return self.server.post(path, body, self.person.key).data

    @property
    def incident(self) -> dict[str, Any]:
        [found] = self.listed("/incident/list")
        return found

    @property
    def alert(self) -> dict[str, Any]:
        [found] = self.listed("/alert/list")
        return found

    def rejections(self) -> list[dict[str, Any]]:
        engine(self.database)
        asked = {"integration_id": self.integration_id}
        path = "/datasource/rejected-event/list"
        return list(self.server.post(path, asked, self.person.key).data["items"])
