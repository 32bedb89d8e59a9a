"""The Open API's envelope as a response of the server."""

from typing import Final

from starlette.responses import Response

from tocsin.kernel.envelope import REQUEST_ID_HEADER, failed
from tocsin.kernel.errors import Failure, TooFrequent

_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_JSON: Final = "application/json; charset=utf-8"


def answer(body: bytes, request_id: str, status: int = 200) -> Response:
    headers = {REQUEST_ID_HEADER: request_id, **_HEADERS}
    return Response(body, status, headers, _JSON)


def refusal(failure: Failure, request_id: str, language: str) -> Response:
    """A failure in the caller's language, with its status and headers."""
    response = answer(failed(request_id, failure, language), request_id, failure.status)
    if isinstance(failure, TooFrequent):
        response.headers["Retry-After"] = str(failure.retry_after)
    return response
