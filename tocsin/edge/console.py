"""The console: built pages, served from memory with headers that let nothing foreign in.

What the build named by its content is kept by browsers for ever; the rest is asked for anew each
time. An address that is nothing else here shows the console, which finds its own way from there.
"""

import gzip
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final

import brotli
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tocsin.edge.app import Route

ASSETS: Final = Path(__file__).parents[1] / "console_assets"
SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self';"
        " img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self';"
        " worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_INDEX: Final = "/index.html"
_HASHED: Final = "/assets/"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NOT_PAGES: Final = ("/api/", "/-/", "/docs/", "/event/", "/ack/", "/voice/")
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_PACKED_ALREADY: Final = (".png", ".woff2")
_HOW_TO_BUILD: Final = (
    "<p>Everything else works: see <a href='docs'>the reference of its API</a>. In a clone of the"
    " repository <code>make console</code> builds the console, and this page shows it then.</p>"
)


class _File(Struct, frozen=True):
    """An asset as it travels, by the encodings it can travel in."""

    media_type: str
    tag: str
    bodies: dict[str, bytes]


class Console:
    """Serves what the build left in `folder`, and says how to build where it left nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths = _paths(folder)
        self._files: dict[str, _File] = {}

    def routes(self) -> list[Route]:
        return [Route("/", self.page, exact=True), Route(self._has, self.asset)]

    def is_page(self, request: Request) -> bool:
        """Whether a person's browser asks for a page at an address that nothing else answers."""
        path = request.url.path
        return (
            request.method in ("GET", "HEAD")
            and "text/html" in request.headers.get("accept", "")
            and "." not in path.rpartition("/")[2]
            and not path.startswith(_NOT_PAGES)
        )

    async def page(self, request: Request) -> Response:
        """The console itself, whatever the address."""
        if not self._has(_INDEX):
            self._paths = _paths(self._folder)
        if not self._has(_INDEX):
            return _missing()
        return await self._serve(_INDEX, request)

    async def asset(self, request: Request) -> Response:
        return await self._serve(request.url.path, request)

    def _has(self, path: str) -> bool:
        return path in self._paths

    async def _serve(self, path: str, request: Request) -> Response:
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = await run_in_threadpool(_load, self._paths[path])
        hashed = path.startswith(_HASHED)
        headers = {
            **SECURITY,
            "Cache-Control": _FOR_EVER if hashed else "no-cache",
            "ETag": file.tag,
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        accepted = request.headers.get("accept-encoding", "")
        encoding = next((one for one in file.bodies if one and one in accepted), "")
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(file.bodies[encoding], headers=headers, media_type=file.media_type)


def _paths(folder: Path) -> dict[str, Path]:
    """The address of every file of a known kind; what is hidden is not served."""
    found = (path for path in folder.rglob("*") if path.suffix in _TYPES)
    return {f"/{path.relative_to(folder).as_posix()}": path for path in found}


def _load(path: Path) -> _File:
    plain = path.read_bytes()
    bodies = {"": plain}
    if path.suffix not in _PACKED_ALREADY:
        bodies = {"br": brotli.compress(plain, quality=9), "gzip": gzip.compress(plain), "": plain}
    return _File(_TYPES[path.suffix], f'"{sha256(plain).hexdigest()[:32]}"', bodies)


def _missing() -> Response:
    title = escape("The console is not built")
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{title}</title><h1>{title}</h1>{_HOW_TO_BUILD}</html>"
    )
    return HTMLResponse(text, headers=SECURITY | {"Cache-Control": "no-store"})
