"""Opsgenie's API, apart from what goes through the inbox: its endpoints."""

from typing import Final

from msgspec import Struct

from tocsin.dialects import endpoint_path
from tocsin.dialects import opsgenie_alerts as alerts
from tocsin.dialects import opsgenie_heartbeats as heartbeats
from tocsin.dialects.opsgenie_endpoint import Endpoint
from tocsin.kernel.errors import RouteNotFound
from tocsin.kernel.operation import Kind

ENDPOINTS: Final = (
    Endpoint("GET", "/v2/alerts", Kind.READ, alerts.browse),
    Endpoint("GET", "/v2/alerts/count", Kind.READ, alerts.count),
    Endpoint("GET", "/v2/alerts/requests/{request_id}", Kind.READ, alerts.request),
    Endpoint("GET", "/v2/alerts/{identifier}", Kind.READ, alerts.get),
    Endpoint("GET", "/v2/alerts/{identifier}/logs", Kind.READ, alerts.logs),
    Endpoint("GET", "/v2/alerts/{identifier}/notes", Kind.READ, alerts.notes),
    Endpoint("GET", "/v2/alerts/{identifier}/recipients", Kind.READ, alerts.recipients),
    Endpoint("GET", "/v2/heartbeats", Kind.READ, heartbeats.browse),
    Endpoint("POST", "/v2/heartbeats", Kind.WRITE, heartbeats.create),
    Endpoint("GET", "/v2/heartbeats/{name}", Kind.READ, heartbeats.get),
    Endpoint("PATCH", "/v2/heartbeats/{name}", Kind.WRITE, heartbeats.update),
    Endpoint("DELETE", "/v2/heartbeats/{name}", Kind.WRITE, heartbeats.delete),
    Endpoint("POST", "/v2/heartbeats/{name}/enable", Kind.WRITE, heartbeats.enable),
    Endpoint("POST", "/v2/heartbeats/{name}/disable", Kind.WRITE, heartbeats.disable),
)


class Found(Struct, frozen=True):
    """An endpoint and what stands in the variable parts of its path."""

    endpoint: Endpoint
    names: dict[str, str]


def find(method: str, raw_path: str) -> Found:
    """The endpoint of a request by its path as it was sent; RouteNotFound or MethodNotAllowed
    where there is none. The first that fits counts."""
    found = endpoint_path.find(ENDPOINTS, method, raw_path, raw_path)
    if found is not None:
        return Found(*found)
    raise RouteNotFound("there is no {method} {path} in this API", method=method, path=raw_path)
