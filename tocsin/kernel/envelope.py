"""The one answer shape of the Open API: `{request_id, data}` or `{request_id, error}`."""

from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from tocsin.kernel.errors import Failure, ReferenceExist

REQUEST_ID_HEADER: Final = "Flashcat-Request-Id"


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


def failed(request_id: str, failure: Failure, language: str) -> bytes:
    """The body of a call that was refused, in the caller's language."""
    problem = Problem(failure.code, failure.message(language))
    data = {"refs": failure.refs} if isinstance(failure, ReferenceExist) else UNSET
    return encode(Envelope(request_id, data=data, error=problem))
