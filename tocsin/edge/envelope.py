"""The one answer shape of the Open API: `{request_id, data}` or `{request_id, error}`."""

from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from tocsin.kernel.errors import Failure, ReferenceExist, TooFrequent

REQUEST_ID_HEADER: Final = "Flashcat-Request-Id"
_JSON: Final = "application/json; charset=utf-8"


class Problem(Struct, frozen=True):
    code: str
    message: str


class Envelope(Struct, frozen=True):
    request_id: str
    data: Any = UNSET
    error: Problem | UnsetType = UNSET


encode: Final = msgspec.json.Encoder().encode


def success(request_id: str, data: Any) -> bytes:
    """The body of a call that worked."""
    return encode(Envelope(request_id, data=data))


def answer(body: bytes, request_id: str, status: int = 200) -> Response:
    return Response(body, status, {REQUEST_ID_HEADER: request_id}, _JSON)


def refusal(failure: Failure, request_id: str, language: str) -> Response:
    """A failure in the caller's language, with its status and headers."""
    problem = Problem(failure.code, failure.message(language))
    data = {"refs": failure.refs} if isinstance(failure, ReferenceExist) else UNSET
    response = answer(
        encode(Envelope(request_id, data=data, error=problem)), request_id, failure.status
    )
    if isinstance(failure, TooFrequent):
        response.headers["Retry-After"] = str(failure.retry_after)
    return response
