"""What lets a page on any origin send to a door and read the answer."""

from typing import Final

from starlette.responses import Response

HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "x-sentry-error, x-sentry-rate-limits, retry-after",
}
PREFLIGHT: Final = HEADERS | {
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": (
        "x-sentry-auth, x-requested-with, x-forwarded-for, origin, referer, accept, content-type,"
        " authentication, authorization, content-encoding, transfer-encoding, sentry-trace, baggage"
    ),
    "Access-Control-Max-Age": "3600",
}


def preflight() -> Response:
    """The answer to OPTIONS."""
    return Response(b"", 200, PREFLIGHT)
