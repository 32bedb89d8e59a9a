"""Debian's Prometheus, unmodified: its rules fire, recover and fall silent straight into us."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.clock import RunningClock
from tests.e2e.product import eventually
from tests.e2e.software import free_port, running
from tests.server import Server
from tests.sources.watching import Watch
from tests.tools import need
from tocsin.store.database import Database

pytestmark = pytest.mark.slow

CONFIGURATION = """
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: web
    static_configs: [{{targets: ["127.0.0.1:{web}"]}}]
alerting:
  alertmanagers:
    - path_prefix: /am/{key}
      static_configs: [{{targets: ["{tocsin}"]}}]
"""
RULES = """
groups:
  - name: all
    rules:
      - alert: WebDown
        expr: up{job="web"} == 0
        labels: {severity: critical}
        annotations: {summary: "{{ $labels.job }} does not answer"}
"""


class Metrics(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def answering(port: int) -> Iterator[None]:
    """Something that Prometheus finds up."""
    server = HTTPServer(("127.0.0.1", port), Metrics)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.door(
    "/am/{key}/api/v2/alerts", "fire", "resolve", sender="Debian's Prometheus, running"
)
def test_rules_fire_recover_and_expire_when_prometheus_dies(
    server: Server, database: Database, cast: Cast, clock: RunningClock, tmp_path: Path
) -> None:
    need("prometheus")
    watch = Watch(server, database, cast, "prometheus")
    web = free_port()
    host = server.base.removeprefix("http://")
    settled = CONFIGURATION.format(web=web, key=watch.key, tocsin=host)
    (tmp_path / "prometheus.yml").write_text(settled)
    (tmp_path / "rules.yml").write_text(RULES)
    words = [
        "prometheus",
        f"--config.file={tmp_path}/prometheus.yml",
        f"--storage.tsdb.path={tmp_path}/tsdb",
        f"--web.listen-address=127.0.0.1:{free_port()}",
        # It says of an alert that it holds for four of these.
        "--rules.alert.resend-delay=5s",
    ]

    def progress() -> list[str]:
        found = watch.listed("/incident/list")
        return sorted(f"{one['title']}: {one['progress']}" for one in found)

    fired, closed = "web does not answer: Triggered", "web does not answer: Closed"
    with running(words, tmp_path / "log"):
        eventually(lambda: progress() == [fired], "the rule fires")
        with answering(web):
            eventually(lambda: progress() == [closed], "the rule recovers")
        eventually(lambda: progress() == [closed, fired], "the rule fires again")
        path = f"/am/{watch.key}/api/v2/alerts"
        [alert] = json.loads(server.request("GET", path).content)
        assert alert["labels"]["alertname"] == "WebDown"
        assert alert["annotations"] == {"summary": "web does not answer"}
        assert alert["generatorURL"].startswith("http")
    assert progress() == [closed, fired]
    clock.advance(21)
    assert progress() == [closed, closed]
    assert server.request("GET", path).json() == []
