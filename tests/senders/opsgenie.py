"""Opsgenie's own SDK at a server of ours, with an integration of its kind."""

from typing import Any

import opsgenie_sdk

from tests.cast import Cast
from tests.push import engine
from tests.senders.sending import Sending
from tests.server import Server
from tocsin.store.database import Database


class Genie:
    """The SDK's clients, and what people see of what they did."""

    def __init__(self, server: Server, database: Database, cast: Cast, channel: str = "") -> None:
        self.sender = Sending(server, database, cast, "opsgenie", "/v2/alerts", channel)
        self.server, self.database, self.cast = server, database, cast
        self.request_id = ""

    @property
    def alerts(self) -> opsgenie_sdk.AlertApi:
        return opsgenie_sdk.AlertApi(self._client())

    @property
    def heartbeats(self) -> opsgenie_sdk.HeartbeatApi:
        return opsgenie_sdk.HeartbeatApi(self._client())

    def _client(self) -> opsgenie_sdk.ApiClient:
        settings = opsgenie_sdk.Configuration()
        settings.host = self.server.base
        settings.api_key["Authorization"] = self.sender.key
        settings.retry_enabled = False
        return opsgenie_sdk.ApiClient(settings)

    def done(self, accepted: Any) -> Any:
        """The outcome of a request once it was carried out: what the SDK reads of it."""
        assert accepted.result == "Request will be processed"
        self.request_id = accepted.request_id
        engine(self.database)
        return self.alerts.get_request_status(accepted.request_id).data

    def create(self, **fields: Any) -> Any:
        """The outcome of a create; of an alert `disk` unless `fields` say otherwise."""
        wish = {"message": "Disk is full", "alias": "disk", "priority": "P1", **fields}
        return self.done(self.alerts.create_alert(wish))

    def act(self, verb: str, *said: Any, alias: str = "disk", **options: Any) -> Any:
        """The outcome of what is asked for."""
        asked = {"identifier_type": "alias", **options}
        return self.done(getattr(self.alerts, verb)(alias, *said, **asked))

    def alert(self, alias: str = "disk") -> Any:
        """The alert as the SDK reads it."""
        return self.alerts.get_alert(alias, identifier_type="alias").data

    def post(self, path: str, **body: Any) -> Any:
        """An operation of the Open API, as Bob."""
        return self.server.post(path, body, self.cast.bob.key).data

    @property
    def incident(self) -> dict[str, Any]:
        [found] = self.sender.incidents()
        return found

    @property
    def timeline(self) -> list[tuple[str, dict[str, Any]]]:
        """Kind and detail of what stands on the incident's timeline, oldest first."""
        wish = {"incident_id": self.incident["incident_id"], "limit": 100, "asc": True}
        return [
            (one["type"], one["detail"]) for one in self.post("/incident/feed", **wish)["items"]
        ]

    @property
    def remarks(self) -> list[str]:
        return [detail["comment"] for kind, detail in self.timeline if kind == "i_comm"]
