"""What every door needs of HTTP: a bounded body, and the caller's true address."""

from typing import Final

from starlette.requests import ClientDisconnect, Request

from tocsin.kernel.errors import EntityTooLarge

BODY_BYTES_MAX: Final = 10 * 1024 * 1024


async def bounded_body(request: Request, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """The whole body; EntityTooLarge as soon as it is known to exceed `bytes_max`.

    The length header is believed only to refuse early; what arrives is counted.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > bytes_max:
        raise EntityTooLarge("the body must be at most {maximum} bytes", maximum=bytes_max)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > bytes_max:
                raise EntityTooLarge("the body must be at most {maximum} bytes", maximum=bytes_max)
    except ClientDisconnect:
        return b""
    return bytes(body)


def client_ip(request: Request) -> str:
    """The caller's address, as the proxy middleware left it."""
    return request.client.host if request.client else ""
