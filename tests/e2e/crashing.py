"""Programs and pages that crash with unmodified SDKs."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import pytest

from tests.tools import need_packages

HERE = Path(__file__).parent
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--password-store=basic"),
)


def run_program(dsn: str, release: str, where: str = "charge") -> None:
    """A Python program with sentry-sdk that dies of an exception."""
    done = subprocess.run(
        [sys.executable, str(HERE / "programs" / "crash.py"), dsn, release, where],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stderr
    assert "Error" in done.stderr


def run_go_program(folder: Path, dsn: str, release: str) -> None:
    """A Go program with sentry-go, built here, that dies of a nil pointer."""
    program = folder / "crash"
    got = _go("mod", "download")
    if got.returncode:
        # Who serves Go's modules is nobody the other tests need.
        pytest.skip(f"the modules of sentry-go cannot be had here: {got.stderr[-200:]}")
    built = _go("build", "-buildvcs=false", "-o", str(program), ".")
    assert built.returncode == 0, built.stderr
    done = subprocess.run([str(program), dsn, release], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done.stderr


def _go(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["go", *words],
        cwd=HERE / "programs" / "crash_go",
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"},
    )


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def import_map(packages: Path) -> str:
    """What a browser needs to load packages as published, without a bundler."""
    found: dict[str, str] = {}
    for manifest in sorted(packages.glob("@sentry/*/package.json")):
        described = json.loads(manifest.read_text())
        for entry, target in described.get("exports", {}).items():
            choice = target.get("production", target) if isinstance(target, dict) else target
            choice = choice.get("import", choice) if isinstance(choice, dict) else choice
            choice = choice.get("default") if isinstance(choice, dict) else choice
            if choice:
                path = (manifest.parent / choice).relative_to(packages)
                found[described["name"] + entry.removeprefix(".")] = f"/node_modules/{path}"
    return json.dumps({"imports": found})


@contextmanager
def pages(folder: Path) -> Iterator[str]:
    """The pages of this folder and the installed packages, on an origin of their own."""
    packages = need_packages()
    (folder / "node_modules").symlink_to(packages)
    for page in (HERE / "pages").glob("*.html"):
        text = page.read_text().replace("{{imports}}", import_map(packages))
        (folder / page.name).write_text(text)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def visiting(page: str, **query: str) -> Iterator[None]:
    """A headless browser on this page until the block is left."""
    profile = tempfile.mkdtemp(prefix="tocsin-chromium-")
    browser = subprocess.Popen(
        ["chromium", *QUIET, f"--user-data-dir={profile}", f"{page}?{urlencode(query)}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        browser.terminate()
        browser.wait(20)
        shutil.rmtree(profile, ignore_errors=True)
