"""What every door needs of HTTP: a bounded body, and the caller's true address."""

import asyncio
from typing import Final

from starlette.requests import ClientDisconnect, Request

from tocsin.kernel.errors import BadRequest, EntityTooLarge

BODY_BYTES_MAX: Final = 10 * 1024 * 1024
BODY_SECONDS_MAX: Final = 30


async def bounded_body(request: Request, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """The whole body; EntityTooLarge as soon as it is known to exceed `bytes_max`, BadRequest
    where it is not complete within BODY_SECONDS_MAX.

    The length header is believed only to refuse early; what arrives is counted.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > bytes_max:
        raise EntityTooLarge("the body must be at most {maximum} bytes", maximum=bytes_max)
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await _counted(request, bytes_max)
    except TimeoutError:
        raise BadRequest(
            "the body did not arrive within {maximum} seconds; send it again",
            maximum=BODY_SECONDS_MAX,
        ) from None
    except ClientDisconnect:
        return b""


async def _counted(request: Request, bytes_max: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            raise EntityTooLarge("the body must be at most {maximum} bytes", maximum=bytes_max)
    return bytes(body)


def client_ip(request: Request) -> str:
    """The caller's address, as the proxy middleware left it."""
    return request.client.host if request.client else ""
