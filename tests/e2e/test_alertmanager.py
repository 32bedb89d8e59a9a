"""Debian's Alertmanager, unmodified, with four kinds of receivers that are all us, at once."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import Struct

from tests.e2e.product import Product, eventually, today
from tests.e2e.software import free_port, running
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.units import MINUTE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("prometheus-alertmanager"),
        reason="prometheus-alertmanager is not installed; `make deps`",
    ),
]
CONFIGURATION = """
route:
  receiver: tocsin
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
receivers:
  - name: tocsin
    webhook_configs:
      - url: {url}/event/push/alert/prometheus?integration_key={prometheus}
    pagerduty_configs:
      - url: {url}/v2/enqueue
        routing_key: "{pagerduty}"
    victorops_configs:
      - api_url: {url}/integrations/generic/20131114/alert/
        api_key: "{victorops}"
        routing_key: sre
    opsgenie_configs:
      - api_url: {url}/
        api_key: "{opsgenie}"
"""
KINDS = ("prometheus", "pagerduty", "victorops", "opsgenie")


class Desk(Struct, frozen=True):
    """Alertmanager's address, and the channel each of its receivers delivers to."""

    product: Product
    alertmanager: str
    channels: dict[str, int]

    def fire(self, *alerts: dict[str, Any]) -> None:
        answer = httpx.post(f"{self.alertmanager}/api/v2/alerts", json=alerts)
        assert answer.status_code == 200, answer.text

    def incidents(self, kind: str) -> list[Any]:
        asked = {**today(), "channel_ids": [self.channels[kind]]}
        return list(self.product.post("/incident/list", asked)["items"])

    def all_are(self, progress: str) -> bool:
        return all(
            [each["progress"] for each in self.incidents(kind)] == [progress] for kind in KINDS
        )


@pytest.fixture(scope="module")
def desk(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    team = product.post("/team/upsert", {"team_name": "Operations"})["team_id"]
    channels, keys = {}, {}
    for kind in KINDS:
        made = product.post("/channel/create", {"channel_name": kind, "team_id": team})
        channels[kind] = made["channel_id"]
        wish = {"plugin_type": kind, "name": kind, "channel_id": channels[kind]}
        keys[kind] = product.post("/datasource/upsert", wish)["integration_key"]
    folder: Path = tmp_path_factory.mktemp("alertmanager")
    (folder / "alertmanager.yml").write_text(CONFIGURATION.format(url=product.url, **keys))
    port = free_port()
    words = [
        "prometheus-alertmanager",
        f"--config.file={folder}/alertmanager.yml",
        f"--storage.path={folder}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    url = f"http://127.0.0.1:{port}"
    with running(words, folder / "log") as process:
        eventually(lambda: ready(process, url), "Alertmanager is up")
        yield Desk(product, url, channels)


def ready(process: "subprocess.Popen[bytes]", url: str) -> bool:
    assert process.poll() is None, "Alertmanager ended"
    try:
        return httpx.get(f"{url}/-/ready").is_success
    except httpx.TransportError:
        return False


@pytest.mark.door(
    "/event/push/alert/prometheus", "fire", "resolve", sender="Debian's Alertmanager, running"
)
@pytest.mark.door("/v2/enqueue", "fire", "resolve", sender="Debian's Alertmanager, running")
@pytest.mark.door(
    "/integrations/generic/20131114/alert/{key}/{routing_key}",
    "fire",
    "resolve",
    sender="Debian's Alertmanager, running",
)
@pytest.mark.door("/v2/alerts", "fire", sender="Debian's Alertmanager, running")
@pytest.mark.door(
    "/v2/alerts/{identifier}/{action}", "resolve", sender="Debian's Alertmanager, running"
)
def test_four_receivers_open_and_close_an_incident_each(desk: Desk) -> None:
    labels = {"alertname": "HighCPU", "instance": "db1", "severity": "critical"}
    told = {"labels": labels, "annotations": {"summary": "CPU is high on db1"}}
    desk.fire(told)
    eventually(lambda: desk.all_are("Triggered"), "an incident of each receiver")
    [incident] = desk.incidents("prometheus")
    assert incident["title"] == "CPU is high on db1"
    assert incident["incident_severity"] == "Critical"
    now = SystemClock().now()
    desk.fire({**told, "startsAt": rfc3339(now - MINUTE), "endsAt": rfc3339(now - 1)})
    eventually(lambda: desk.all_are("Closed"), "every incident is closed")


def rfc3339(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()
