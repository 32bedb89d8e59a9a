"""The browsable reference: one page that draws /openapi.json, with nothing from elsewhere."""

from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tocsin.edge.app import Route

_FILES: Final = {
    "/docs": ("reference.html", "text/html; charset=utf-8"),
    "/docs/reference.css": ("reference.css", "text/css; charset=utf-8"),
    "/docs/reference.js": ("reference.js", "text/javascript; charset=utf-8"),
}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


async def _page(request: Request) -> Response:
    name, kind = _FILES[request.url.path]
    body = (files(__package__) / "static" / name).read_bytes()
    return Response(body, headers={**_HEADERS, "Content-Type": kind})


def routes() -> list[Route]:
    return [Route(path, _page, exact=True) for path in _FILES]
