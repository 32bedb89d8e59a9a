"""Asking a mapping API for labels: one POST, and again once if the API is set to it."""

from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin.domain.enrichment import Found
from tocsin.domain.mapping import MappingApi
from tocsin.kernel.units import SECOND
from tocsin.outbound.address import Reach
from tocsin.outbound.safe_fetch import Answer, Fetch, fetch
from tocsin.outbound.transport import SendFailed

_NOTHING_HERE: Final = 404


class _Labels(Struct):
    result_labels: dict[str, Any] = {}


def ask(api: MappingApi, body: bytes, reach: Reach) -> Found:
    """What the API answers to a body. Nothing found is no labels; SendFailed says why there is
    no answer to go by."""
    request = Fetch(
        url=api.url,
        method="POST",
        headers={**api.headers, "Content-Type": "application/json", "Accept": "application/json"},
        body=body,
        seconds_max=api.timeout_ms / SECOND,
        verify_tls=not api.insecure_skip_verify,
    )
    for tries_left in range(api.retry_count, -1, -1):
        try:
            return _understood(fetch(request, reach))
        except SendFailed as failure:
            if not tries_left or not failure.retryable:
                raise
    raise AssertionError("a try returns or raises")


def _understood(answer: Answer) -> Found:
    if answer.status == _NOTHING_HERE:
        return Found()
    if answer.status != 200:
        raise SendFailed(f"answered {answer.status}, not 200", retryable=answer.status >= 500)
    if not answer.body.strip():
        return Found()
    try:
        said = msgspec.json.decode(answer.body, type=_Labels).result_labels
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise SendFailed(
            "answered no JSON object with result_labels of at most 64 KB", retryable=False
        ) from None
    return Found({name: _text(value) for name, value in said.items() if value is not None})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
