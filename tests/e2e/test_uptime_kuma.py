"""The notification providers of Uptime Kuma, as published on npm, run by Node against us."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.e2e.product import Product, eventually, today
from tests.tools import need, need_packages

pytestmark = pytest.mark.slow
PROGRAM = Path(__file__).parent / "programs" / "kuma.js"
MONITOR = {
    "id": 7,
    "name": "shop",
    "type": "http",
    "url": "https://shop.example/",
    "hostname": None,
    "port": None,
    "tags": [{"name": "region", "value": "eu"}],
}
DOWN = {"monitorID": 7, "status": 0, "msg": "timeout of 48000ms exceeded", "ping": None}
UP = {"monitorID": 7, "status": 1, "msg": "200 - OK", "ping": 12}


class Kuma(Struct):
    """One provider, set up as its page says: `plugin` is the kind of integration it delivers to."""

    product: Product
    provider: str
    plugin: str
    channel_id: int = 0
    key: str = ""

    def tell(self, notification: dict[str, Any], heartbeat: dict[str, Any]) -> None:
        mood = "🔴 Down" if heartbeat["status"] == 0 else "✅ Up"
        known = {"URL": self.product.url, "KEY": self.key}
        told = {
            "provider": f"{self.provider}.js",
            "notification": {name: _filled(value, known) for name, value in notification.items()},
            "msg": f"[shop] [{mood}] {heartbeat['msg']}",
            "monitor": MONITOR,
            "heartbeat": heartbeat,
            "base": self.product.url,
        }
        where = {**os.environ, "NODE_PATH": str(need_providers())}
        done = subprocess.run(
            ["node", str(PROGRAM)],
            input=json.dumps(told),
            env=where,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def progress(self) -> list[str]:
        asked = {**today(), "channel_ids": [self.channel_id]}
        return [one["progress"] for one in self.product.post("/incident/list", asked)["items"]]


def need_providers() -> Path:
    """Where npm put Uptime Kuma and what its providers use."""
    need("node")
    packages = need_packages()
    if not (packages / "uptime-kuma").is_dir():
        pytest.skip("uptime-kuma is not installed; `make browser`")
    return packages


def _filled(value: str, known: dict[str, str]) -> str:
    for name, found in known.items():
        value = value.replace(name, found)
    return value


@pytest.fixture(scope="module")
def team(product: Product) -> int:
    return int(product.post("/team/upsert", {"team_name": "Kuma"})["team_id"])


@pytest.fixture
def kuma(request: pytest.FixtureRequest, product: Product, team: int) -> Kuma:
    need_providers()
    provider, plugin = request.param
    name = f"{provider} {request.node.callspec.id}"
    made = product.post("/channel/create", {"channel_name": name, "team_id": team})
    wish = {"plugin_type": plugin, "name": provider, "channel_id": made["channel_id"]}
    key = product.post("/datasource/upsert", wish)["integration_key"]
    return Kuma(product, provider, plugin, made["channel_id"], key)


@pytest.mark.parametrize(
    ("kuma", "notification"),
    [
        pytest.param(
            ("webhook", "uptime-kuma"),
            {
                "webhookURL": "URL/event/push/alert/uptime-kuma?integration_key=KEY",
                "webhookContentType": "json",
            },
            marks=pytest.mark.door(
                "/event/push/alert/uptime-kuma",
                "fire",
                "resolve",
                sender="Uptime Kuma's webhook provider from npm, JSON",
            ),
        ),
        pytest.param(
            ("webhook", "uptime-kuma"),
            {
                "webhookURL": "URL/event/push/alert/uptime-kuma?integration_key=KEY",
                "webhookContentType": "form-data",
            },
            marks=pytest.mark.door(
                "/event/push/alert/uptime-kuma",
                "fire",
                "resolve",
                sender="Uptime Kuma's webhook provider from npm, form",
            ),
        ),
        pytest.param(
            ("flashduty", "standard.alert"),
            {"flashdutyIntegrationKey": "KEY", "flashdutySeverity": "Critical"},
            marks=pytest.mark.door(
                "/event/push/alert/standard",
                "fire",
                "resolve",
                sender="Uptime Kuma's FlashDuty provider from npm, its host's name being ours",
            ),
        ),
        pytest.param(
            ("goalert", "goalert"),
            {"goAlertBaseURL": "URL", "goAlertToken": "KEY"},
            marks=pytest.mark.door(
                "/api/v2/generic/incoming",
                "fire",
                "resolve",
                sender="Uptime Kuma's GoAlert provider from npm",
            ),
        ),
        pytest.param(
            ("pagerduty", "pagerduty"),
            {
                "pagerdutyIntegrationUrl": "URL/v2/enqueue",
                "pagerdutyIntegrationKey": "KEY",
                "pagerdutyPriority": "critical",
                "pagerdutyAutoResolve": "resolve",
            },
            marks=pytest.mark.door(
                "/v2/enqueue",
                "fire",
                "resolve",
                sender="Uptime Kuma's PagerDuty provider from npm",
            ),
        ),
        pytest.param(
            ("splunk", "victorops"),
            {
                "splunkRestURL": "URL/integrations/generic/20131114/alert/KEY/sre",
                "splunkSeverity": "CRITICAL",
                "splunkAutoResolve": "RECOVERY",
            },
            marks=pytest.mark.door(
                "/integrations/generic/20131114/alert/{key}/{routing_key}",
                "fire",
                "resolve",
                sender="Uptime Kuma's Splunk provider from npm",
            ),
        ),
    ],
    indirect=["kuma"],
)
def test_what_goes_down_opens_an_incident_and_what_comes_up_closes_it(
    kuma: Kuma, notification: dict[str, Any]
) -> None:
    kuma.tell(notification, DOWN)
    eventually(lambda: kuma.progress() == ["Triggered"], "an incident")
    kuma.tell(notification, UP)
    eventually(lambda: kuma.progress() == ["Closed"], "it is closed")
