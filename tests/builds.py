"""A build for tests: a source, what shipped of it, and the map between them."""

import gzip
import io
import json
import zipfile
from typing import Any

import httpx

from tests.server import Server
from tocsin.engine.handlers import work
from tocsin.engine.loop import Turn, fire_one, send_one

SOURCE = "function total(cart: any) {\n  return cart.items.length;\n}\ntotal({});\n"
MINIFIED = b"function a(b){return b.c.d}a({});\n//# sourceMappingURL=app.js.map\n"
_SEGMENTS = (
    (0, 0, 0, None),
    (9, 0, 9, 0),
    (11, 0, 15, 1),
    (14, 1, 2, None),
    (21, 1, 9, 1),
    (23, 1, 14, None),
    (27, 3, 0, 0),
)
"""Column of the only shipped line; line, column and name of the source."""
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
CRASH = (1, 24)
"""Line and column, 1-based, of the shipped file where it crashes."""


def source_map(source: str = SOURCE, name: str = "webpack:///./src/cart.ts", **more: Any) -> bytes:
    """The map of MINIFIED."""
    last = [0, 0, 0, 0]
    parts = []
    for column, line, place, word in _SEGMENTS:
        part = _number(column - last[0]) + _number(0)
        part += _number(line - last[1]) + _number(place - last[2])
        last[:3] = [column, line, place]
        if word is not None:
            part += _number(word - last[3])
            last[3] = word
        parts.append(part)
    body = {
        "version": 3,
        "file": "app.js",
        "sources": [name],
        "sourcesContent": [source],
        "names": ["total", "cart"],
        "mappings": ",".join(parts),
    }
    return json.dumps(body | more).encode()


def _number(value: int) -> str:
    """A number in the base 64 of source maps."""
    rest = value << 1 if value >= 0 else (-value << 1) | 1
    text = ""
    while True:
        digit, rest = rest & 31, rest >> 5
        text += _DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return text


def by_flashcat(
    server: Server,
    key: str,
    map_bytes: bytes | None = None,
    minified: bytes = MINIFIED,
    *,
    is_zipped: bool = True,
    **event: Any,
) -> httpx.Response:
    """Upload a map as flashcat-cli does; `event` changes what it says of it."""
    said = {
        "cli_version": "0.1.0",
        "minified_url": "/assets/app.js",
        "project_path": "",
        "service": "web",
        "type": "js_sourcemap",
        "version": "1.0",
        "git_repository_url": "https://git.example.com/shop.git",
        "git_commit_sha": "0" * 40,
    } | event
    files = {
        "event": (None, json.dumps(said), "application/json"),
        "source_map": ("source_map", map_bytes or source_map(), "application/json"),
        "minified_file": ("minified_file", minified, "application/javascript"),
    }
    made = httpx.Request("POST", server.base, files=files)
    body = made.read()
    headers = {
        "Content-Type": made.headers["content-type"],
        "DD-API-KEY": key,
        "DD-EVP-ORIGIN": "flashcat-cli_sourcemaps",
    }
    if is_zipped:
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body)
    return server.request("POST", "/sourcemap/upload", content=body, headers=headers)


def packed(files: dict[str, bytes]) -> bytes:
    """A ZIP of these files."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


def settle(server: Server) -> None:
    """Have an engine do what uploads left to do."""
    server.clock.advance(11)
    todo = work(server.database, server.settings)
    while _run(fire_one(server.database, todo.timers)):
        pass
    way = todo.transports["source_map"]
    while _run(send_one(server.database, "source_map", way)):
        pass


def _run(turn: Turn) -> bool:
    while True:
        try:
            next(turn)
        except StopIteration as end:
            return bool(end.value)
