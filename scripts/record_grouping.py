"""Records `bench/grouping/*.jsonl.gz`: errors of programs whose causes are known, as real SDKs send
them, in two releases whose lines lie elsewhere. Needs node, npm, go, chromium and the network.

    python -m scripts.record_grouping [python ledger node go browser]
"""

import gzip
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec.structs import replace

from bench.grouping import CORPUS, Labelled
from tocsin.domain.error_event import ErrorEvent, Frame
from tocsin.domain.retracing import Origin, retraced
from tocsin.sources import sentry
from tocsin.sources.encoding import expand
from tocsin.sources.source_map import SourceMap

PROGRAMS = Path(__file__).parent.parent / "bench" / "programs"
RELEASES = {"shop@1.0.0": 0, "shop@1.1.0": 5}
"""Release and its first variant: each runs others than the one before."""
BYTES_MAX = 8 * 1024 * 1024
GO_MAIN = """\
package main

import "example.com/shop/third_party/driver"

func main() { driver.Main() }
"""
NPM = {
    "@sentry/node": "^10.0.0",
    "@sentry/browser": "^10.0.0",
    "esbuild-linux": "npm:@esbuild/linux-x64@0.28.2",
}


class Sink:
    """Answers SDKs and keeps what they send; also serves the files of `folder`."""

    def __init__(self, folder: Path) -> None:
        self.events: list[ErrorEvent] = []
        self.done = Event()
        sink = self

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args, directory=str(folder))

            def do_GET(self) -> None:
                if self.path == "/done":
                    sink.done.set()
                super().do_GET()

            def do_POST(self) -> None:
                body = b"".join(self._pieces())
                sink.take(expand(body, self.headers.get("Content-Encoding", ""), BYTES_MAX))
                self.send_response(200)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def _pieces(self) -> Iterator[bytes]:
                """The body, whole or in chunks."""
                if "Content-Length" in self.headers:
                    yield self.rfile.read(int(self.headers["Content-Length"]))
                    return
                while size := int(self.rfile.readline(), 16):
                    yield self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port

    @property
    def dsn(self) -> str:
        return f"http://{'0' * 32}@127.0.0.1:{self.port}/1"

    def take(self, body: bytes) -> None:
        read = sentry.read_envelope(body, sentry.Arrival(1_800_000_000_000, "", ""))
        self.events += [each.event for each in read.events]


@contextmanager
def sink(folder: Path) -> Iterator[Sink]:
    made = Sink(folder)
    Thread(target=made.server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()


def shifted(source: Path, folder: Path, release: str, mark: str, extra: str) -> None:
    """Copy a program, in a later release with more lines before its own."""
    text = source.read_text()
    if release != "shop@1.0.0":
        head, start, rest = re.split(
            r"^((?:@[\w.]+\n)?(?:export )?(?:class|type) )", text, maxsplit=1, flags=re.MULTILINE
        )
        text = head + f"{mark} More lines.\n" * 23 + extra + "\n" + start + rest
    (folder / source.name).write_text(text)


def run(folder: Path, *words: str) -> None:
    subprocess.run(words, cwd=folder, check=True, timeout=180)


def python(folder: Path, release: str, first: int) -> list[ErrorEvent]:
    return _python(folder, "shop.py", "harness.py", release, first)


def ledger(folder: Path, release: str, first: int) -> list[ErrorEvent]:
    return _python(folder, "ledger.py", "harness_ledger.py", release, first)


def _python(folder: Path, program: str, harness: str, release: str, first: int) -> list[ErrorEvent]:
    shifted(PROGRAMS / program, folder, release, "#", "def later(v):\n    return v\n")
    # Where the application does not count it as its own.
    packages = folder / "site-packages"
    packages.mkdir(exist_ok=True)
    shutil.copy(PROGRAMS / harness, packages / "harness.py")
    start = "import sys; sys.path[:0] = ['site-packages', '.']; import harness; harness.main()"
    with sink(folder) as kept:
        run(folder, sys.executable, "-c", start, kept.dsn, release, str(first))
        return kept.events


def packages(folder: Path) -> None:
    if not (folder / "node_modules").exists():
        (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": NPM}))
        run(folder, "npm", "install", "--no-audit", "--no-fund", "--silent")


def node(folder: Path, release: str, first: int) -> list[ErrorEvent]:
    packages(folder)
    shifted(PROGRAMS / "shop.js", folder, release, "//", "function later(v) {\n  return v;\n}\n")
    harness = folder / "node_modules" / "harness.js"
    shutil.copy(PROGRAMS / "harness.js", harness)
    with sink(folder) as kept:
        run(folder, "node", "--stack-trace-limit=50", str(harness), kept.dsn, release, str(first))
        return kept.events


def go(folder: Path, release: str, first: int) -> list[ErrorEvent]:
    shifted(PROGRAMS / "shop.go", folder, release, "//", "func later(v int) int { return v }\n")
    (folder / "go.mod").write_text("module example.com/shop\n\ngo 1.21\n")
    # Where the SDK does not count it as the application's own.
    for place, text in {
        "third_party/driver/driver.go": (PROGRAMS / "driver.go").read_text(),
        "main/main.go": GO_MAIN,
    }.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    run(folder, "go", "get", "github.com/getsentry/sentry-go@v0.31.1")
    run(folder, "go", "build", "-o", "program", "./main")
    with sink(folder) as kept:
        run(folder, "./program", kept.dsn, release, str(first))
        return kept.events


def browser(folder: Path, release: str, first: int) -> list[ErrorEvent]:
    packages(folder)
    shifted(
        PROGRAMS / "page.js", folder, release, "//", "export function later(v) {\n  return v;\n}\n"
    )
    harness = folder / "node_modules" / "harness"
    harness.mkdir(exist_ok=True)
    shutil.copy(PROGRAMS / "harness-page.js", harness / "index.js")
    bundler = folder / "node_modules" / "esbuild-linux" / "bin" / "esbuild"
    options = (
        "--bundle",
        "--minify",
        "--sourcemap",
        "--format=esm",
        "--outfile=dist/app.js",
        "--alias:page=./page.js",
    )
    run(folder, str(bundler), "node_modules/harness/index.js", *options)
    page = '<!doctype html><body><script type="module" src="/dist/app.js"></script>'
    (folder / "index.html").write_text(page)
    with sink(folder) as kept, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        query = urlencode({"dsn": kept.dsn, "release": release, "first": first})
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
        words = ("chromium", *flags, f"--user-data-dir={profile}")
        visit = subprocess.Popen(
            [*words, f"http://127.0.0.1:{kept.port}/index.html?{query}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            kept.done.wait(90)
        finally:
            visit.kill()
            visit.wait()
        dist = folder / "dist"
        found = SourceMap((dist / "app.js").read_bytes(), (dist / "app.js.map").read_bytes())

        def look(frame: Frame) -> Origin | None:
            return found.origin(frame.line, frame.column)

        return [retraced(event, look) for event in kept.events]


RECORDERS = {"python": python, "ledger": ledger, "node": node, "go": go, "browser": browser}


def labelled(event: ErrorEvent) -> Labelled:
    """An event without what only takes room."""
    thrown = tuple(
        replace(
            each, frames=tuple(replace(f, pre_context=(), post_context=()) for f in each.frames)
        )
        for each in event.exceptions
    )
    return Labelled(event.tags["cause"], replace(event, exceptions=thrown, tags={}, user_id=""))


def main() -> None:
    CORPUS.mkdir(exist_ok=True)
    for language in sys.argv[1:] or RECORDERS:
        lines: list[bytes] = []
        with tempfile.TemporaryDirectory(prefix="tocsin-grouping-") as name:
            for release, first in RELEASES.items():
                found = RECORDERS[language](Path(name), release, first)
                rows = sorted(map(labelled, found), key=lambda row: row.cause)
                lines += [msgspec.json.encode(row) for row in rows]
        packed = gzip.compress(b"\n".join(lines), mtime=0)
        (CORPUS / f"{language}.jsonl.gz").write_bytes(packed)
        print(f"{language}: {len(lines)} errors, {len(packed)} bytes", flush=True)


if __name__ == "__main__":
    main()
