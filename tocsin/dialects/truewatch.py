"""The TrueWatch API: its endpoints, its limits and the codes it refuses with."""

import re
from typing import Final

from msgspec import Struct

from tocsin.dialects import truewatch_error_track as error_track
from tocsin.dialects import truewatch_members
from tocsin.dialects import truewatch_source_map as source_map
from tocsin.dialects.truewatch_endpoint import Endpoint
from tocsin.kernel.errors import (
    AccessDenied,
    EntityTooLarge,
    Failure,
    InternalError,
    MethodNotAllowed,
    ResourceNotFound,
    RouteNotFound,
    Unavailable,
)
from tocsin.kernel.operation import Kind, Rate

PREFIX: Final = "/api/v1/"
UPLOADS: Final = "/api/v1/rum_sourcemap"
UPLOAD_PART: Final = f"{UPLOADS}/upload_part"
_NAME: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
RATE_OF_KEY: Final = Rate(per_minute=20, per_second=20)
RATE_OF_WORKSPACE: Final = Rate(per_minute=200, per_second=200)


class Refusal(Struct, frozen=True):
    """How the API says no: the HTTP status and the `errorCode`."""

    status: int
    code: str


BAD_KEY: Final = "ft.InvalidAPIKey"
KEY_LIMITED: Final = Refusal(401, "ft.TriggerApiAkCurrentLimiting")
WORKSPACE_LIMITED: Final = Refusal(401, "ft.TriggerApiWorkspaceCurrentLimiting")
INTERNAL: Final = Refusal(500, "ft.InternalError")
_REFUSALS: Final[tuple[tuple[type[Failure], Refusal], ...]] = (
    (ResourceNotFound, Refusal(404, "ft.NotFoundIssue")),
    (RouteNotFound, Refusal(404, "ft.NotFoundRoute")),
    (MethodNotAllowed, Refusal(405, "ft.MethodNotAllowed")),
    (AccessDenied, Refusal(403, "ft.NoPermission")),
    (EntityTooLarge, Refusal(413, "ft.EntityTooLarge")),
    (Unavailable, Refusal(503, "ft.ServiceUnavailable")),
    (InternalError, INTERNAL),
)
_INVALID: Final = Refusal(400, "ft.InvalidParameter")

ENDPOINTS: Final = (
    Endpoint(
        "POST",
        "/api/v1/error_track/{issue_id}/update",
        Kind.WRITE,
        error_track.UpdateIssue,
        error_track.update,
        audit_name="error-track:write:update",
    ),
    Endpoint(
        "POST", "/api/v1/error_track/list", Kind.READ, error_track.ListIssues, error_track.list_
    ),
    Endpoint(
        "GET",
        "/api/v1/error_track/{issue_id}/get",
        Kind.READ,
        error_track.Nothing,
        error_track.get,
    ),
    Endpoint(
        "POST",
        "/api/v1/error_track/comment/{issue_id}/add",
        Kind.WRITE,
        error_track.AddComment,
        error_track.add_comment,
        audit_name="error-track-comment:write:add",
    ),
    Endpoint(
        "GET",
        "/api/v1/error_track/comment/{issue_id}/list",
        Kind.READ,
        error_track.Nothing,
        error_track.list_comments,
    ),
    Endpoint(
        "GET",
        "/api/v1/workspace/members/list",
        Kind.READ,
        truewatch_members.ListMembers,
        truewatch_members.list_members,
    ),
    Endpoint(
        "POST",
        f"{UPLOADS}/multipart_upload_init",
        Kind.WRITE,
        source_map.BeginUpload,
        source_map.begin,
        audit_name="source-map:write:begin",
    ),
    Endpoint("POST", UPLOAD_PART, Kind.WRITE, source_map.Part, source_map.take),
    Endpoint(
        "POST",
        f"{UPLOADS}/part_merge",
        Kind.CALL_OUT,
        source_map.UploadRef,
        source_map.merge,
        audit_name="source-map:write:merge",
    ),
    Endpoint(
        "POST",
        f"{UPLOADS}/upload_cancel",
        Kind.WRITE,
        source_map.UploadRef,
        source_map.give_up,
        audit_name="source-map:write:cancel",
    ),
    Endpoint("GET", f"{UPLOADS}/part_list", Kind.READ, source_map.UploadRef, source_map.list_parts),
    Endpoint("GET", f"{UPLOADS}/list", Kind.READ, source_map.OfApplication, source_map.list_),
    Endpoint(
        "POST",
        f"{UPLOADS}/delete",
        Kind.WRITE,
        source_map.OfRelease,
        source_map.delete,
        audit_name="source-map:write:delete",
        is_dangerous=True,
    ),
    Endpoint("POST", f"{UPLOADS}/parse_stack", Kind.READ, source_map.ParseStack, source_map.parse),
)


class Found(Struct, frozen=True):
    """An endpoint and the values of its path's variable parts."""

    endpoint: Endpoint
    names: dict[str, str]


def find(method: str, path: str) -> Found:
    """The endpoint of a request; RouteNotFound or MethodNotAllowed where there is none."""
    methods = []
    for endpoint in ENDPOINTS:
        names = _match(endpoint.path, path)
        if names is not None and endpoint.method == method:
            return Found(endpoint, names)
        if names is not None:
            methods.append(endpoint.method)
    if methods:
        raise MethodNotAllowed(
            "{path} is called with {expected}, not {found}",
            path=path,
            expected=methods[0],
            found=method,
        )
    raise RouteNotFound("there is no {method} {path} in this API", method=method, path=path)


def refusal(failure: Failure) -> Refusal:
    """How this API says what a failure says."""
    for kind, answer in _REFUSALS:
        if isinstance(failure, kind):
            return answer
    return _INVALID


def _match(pattern: str, path: str) -> dict[str, str] | None:
    expected, given = pattern.split("/"), path.rstrip("/").split("/")
    if len(expected) != len(given):
        return None
    names = {}
    for part, value in zip(expected, given, strict=True):
        if part.startswith("{") and _NAME.fullmatch(value):
            names[part.strip("{}")] = value
        elif part != value:
            return None
    return names
