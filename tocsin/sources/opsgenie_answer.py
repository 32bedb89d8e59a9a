"""How Opsgenie's API answers: every answer is an object with `took` and `requestId`."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tocsin.kernel.errors import (
    AccessDenied,
    EntityTooLarge,
    Failure,
    InvalidParameter,
    MethodNotAllowed,
    ResourceNotFound,
    RouteNotFound,
    TooFrequent,
    Unauthorized,
    Unavailable,
)
from tocsin.kernel.text import cut
from tocsin.sources.answer import language
from tocsin.sources.door import JSON, Knock, Reply

TAKEN: Final = "Request will be processed"

_WRONG_KEY: Final = "The specified parameter integration_key is not a valid one"
_UNPROCESSABLE: Final = "Request body is not processable. Please check the errors."
_STATUSES: Final[tuple[tuple[type[Failure], int], ...]] = (
    (Unauthorized, 401),
    (AccessDenied, 403),
    (ResourceNotFound, 404),
    (RouteNotFound, 404),
    (MethodNotAllowed, 405),
    (EntityTooLarge, 413),
    (TooFrequent, 429),
    (Unavailable, 503),
)


def key(knock: Knock) -> str:
    """The key behind GenieKey, or in the address."""
    scheme, _, rest = knock.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "geniekey" and rest.strip():
        return rest.strip()
    return knock.query.get("apiKey", "") or knock.query.get("integration_key", "")


def reply(status: int, said: Mapping[str, Any], request_id: str) -> Reply:
    """An answer with all that its clients read of one."""
    state = "THROTTLED" if status == 429 else "OK"
    headers = {
        "X-Request-ID": request_id,
        "X-Response-Time": "0.001",
        "X-RateLimit-State": state,
        "X-RateLimit-Reason": "INTEGRATION",
        "X-RateLimit-Period-In-Sec": "60",
    }
    body = msgspec.json.encode({**said, "took": 0.001, "requestId": request_id})
    return Reply(status, body, JSON, headers)


def refused(knock: Knock, failure: Failure, request_id: str) -> Reply:
    """A no: `message` says why, `errors` which member of the body is wrong."""
    said = failure.message(language(knock))
    if failure.template == _WRONG_KEY:
        return reply(401, {"message": "Could not authenticate"}, request_id)
    if failure.template.startswith("integration {name} is disabled"):
        return reply(403, {"message": said}, request_id)
    if isinstance(failure, TooFrequent):
        return reply(429, {"message": "You are making too many requests!"}, request_id)
    status = next((number for kind, number in _STATUSES if isinstance(failure, kind)), 0)
    if status:
        return reply(status, {"message": said}, request_id)
    if isinstance(failure, InvalidParameter) and "field" in failure.parameters:
        errors = {cut(failure.parameters["field"], 100): said}
        return reply(422, {"message": _UNPROCESSABLE, "errors": errors}, request_id)
    return reply(400, {"message": said}, request_id)
