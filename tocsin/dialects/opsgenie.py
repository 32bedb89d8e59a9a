"""Opsgenie's API, apart from what goes through the inbox: its endpoints."""

from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from tocsin.dialects import opsgenie_alerts as alerts
from tocsin.dialects import opsgenie_heartbeats as heartbeats
from tocsin.dialects.opsgenie_endpoint import Endpoint
from tocsin.kernel.errors import MethodNotAllowed, RouteNotFound
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
    methods = []
    for endpoint in ENDPOINTS:
        names = _match(endpoint.path, raw_path)
        if names is None:
            continue
        if endpoint.method == method:
            return Found(endpoint, names)
        methods.append(endpoint.method)
    if methods:
        raise MethodNotAllowed(
            "{path} is called with {expected}, not {found}",
            path=raw_path,
            expected=" or ".join(methods),
            found=method,
        )
    raise RouteNotFound("there is no {method} {path} in this API", method=method, path=raw_path)


def _match(pattern: str, path: str) -> dict[str, str] | None:
    expected, given = pattern.split("/"), path.rstrip("/").split("/")
    if len(expected) != len(given):
        return None
    names = {}
    for part, value in zip(expected, given, strict=True):
        if part.startswith("{") and value:
            names[part.strip("{}")] = unquote(value).replace("\0", "")
        elif part != value:
            return None
    return names
