"""Alertmanager's API, version 2: its endpoints, and how it says no.

Alerts posted to it go through a door of `sources`, as what every sender pushes; the rest is here.
"""

import re
from typing import Any, Final

from msgspec import Struct

from tocsin.dialects.alertmanager_alerts import list_alerts, list_groups
from tocsin.dialects.alertmanager_endpoint import Endpoint
from tocsin.dialects.alertmanager_silences import (
    delete_silence,
    get_silence,
    list_silences,
    post_silence,
)
from tocsin.dialects.alertmanager_status import list_receivers, status
from tocsin.dialects.alertmanager_wire import Refused
from tocsin.kernel.errors import Failure, ResourceNotFound
from tocsin.kernel.operation import Rate

PREFIX: Final = "/am/"
RATE: Final = Rate(per_minute=1000, per_second=50)
HEALTH: Final = ("/-/healthy", "/-/ready")
PUSHED: Final = "/api/v2/alerts"
"""What is posted here is taken by a door."""

ENDPOINTS: Final = (
    Endpoint("GET", "/api/v2/alerts", list_alerts),
    Endpoint("GET", "/api/v2/alerts/groups", list_groups),
    Endpoint("GET", "/api/v2/silences", list_silences),
    Endpoint("POST", "/api/v2/silences", post_silence, "alertmanager-silence:write:post"),
    Endpoint("GET", "/api/v2/silence/{silence_id}", get_silence),
    Endpoint(
        "DELETE",
        "/api/v2/silence/{silence_id}",
        delete_silence,
        "alertmanager-silence:write:delete",
        is_dangerous=True,
    ),
    Endpoint("GET", "/api/v2/receivers", list_receivers),
    Endpoint("GET", "/api/v2/status", status),
)
_PLACE: Final = re.compile(r"(?:/am/(?P<key>[^/]+))?(?P<path>/api/v2/.*|/-/healthy|/-/ready)")
_WITHOUT_KEY: Final = re.compile(
    r"/api/v2/(?:alerts(?:/groups)?|silences|silence/[^/]+|receivers|status)/?"
)


class Place(Struct, frozen=True):
    """Where a request went: the key in its path, "" for none, and the path after it."""

    key: str
    path: str


class Found(Struct, frozen=True):
    """An endpoint and what the path names."""

    endpoint: Endpoint
    names: dict[str, str]


def place_of(path: str) -> Place | None:
    """The part of a path that is of this API, None where it is another's."""
    found = _PLACE.fullmatch(path)
    if found is None or not (found["key"] or _WITHOUT_KEY.fullmatch(path)):
        return None
    return Place(found["key"] or "", found["path"].rstrip("/"))


def find(method: str, path: str) -> Found:
    """The endpoint of a request; Refused where there is none."""
    methods = []
    for endpoint in ENDPOINTS:
        names = _match(endpoint.path, path)
        if names is not None and endpoint.method == method:
            return Found(endpoint, names)
        if names is not None:
            methods.append(endpoint.method)
    if methods:
        allowed = ",".join(sorted(methods))
        raise Refused(405, 405, f"method {method} is not allowed, but [{allowed}] are")
    raise Refused(404, 404, f"path {path[:200]} was not found")


def refusal(problem: Failure | Refused, language: str) -> tuple[int, Any]:
    """The status and the JSON value by which the API says what went wrong: a text, or an object
    where the request breaks its schema."""
    if isinstance(problem, Refused):
        return problem.status, {"code": problem.code, "message": str(problem)}
    found = isinstance(problem, ResourceNotFound)
    return 404 if found else problem.status, problem.message(language)


def _match(pattern: str, path: str) -> dict[str, str] | None:
    expected, given = pattern.split("/"), path.split("/")
    if len(expected) != len(given):
        return None
    names = {}
    for part, value in zip(expected, given, strict=True):
        if part.startswith("{") and value:
            names[part.strip("{}")] = value
        elif part != value:
            return None
    return names
