"""What sends and what is told: every sender in the gallery, a first event seen to arrive, rejected
ones, a webhook's tries, a template, and something that must be heard of."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest

from tests.cli.program import serving
from tests.console.visitor import Visitor
from tests.e2e.product import Product, eventually
from tocsin.domain.plugin import HEARTBEAT, PLUGINS, RUM, Category

pytestmark = pytest.mark.slow
SENDERS = [
    one.name
    for one in PLUGINS
    if one.category in (Category.ALERT, Category.CHANGE) and one not in (HEARTBEAT, RUM)
]


@pytest.fixture(scope="module")
def product(assets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server whose webhooks may reach this machine."""
    folder = tmp_path_factory.mktemp("console") / "data"
    with serving(folder, TOCSIN_OUTBOUND_ALLOWED_NETWORKS="127.0.0.0/8") as running:
        yield Product(running, folder)
        assert running.stop() == 0


class Receiver(BaseHTTPRequestHandler):
    heard: list[bytes]

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests say what matters."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """A program that takes webhooks, and what it heard."""
    heard: list[bytes] = []
    handler = type("Hearing", (Receiver,), {"heard": heard})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
        server.shutdown()


def test_a_sender_is_chosen_set_up_and_heard_of(visitor: Visitor, product: Product) -> None:
    page = visitor.page
    visitor.open("/integrations", "Integrations")
    page.get_by_role("tab", name="Add one").click()
    for name in SENDERS:
        page.get_by_role("button", name=f"Add {name}", exact=True).wait_for()
    page.get_by_label("Search senders").fill("Any JSON")
    page.get_by_role("button", name="Add Any JSON, by template").click()
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    visitor.sees("Any JSON, by template")
    page.get_by_text("Waiting for the first event…").wait_for()
    (made,) = product.post("/datasource/list", {"plugin_type": "generic"})
    key = made["integration_key"]
    page.get_by_text(key).first.wait_for()
    door = f"{product.url}/event/push/alert/generic?integration_key={key}"
    httpx.post(door, json={"title": "Disk is full", "severity": "Critical"}, timeout=20)
    page.get_by_role("cell", name="found no channel").wait_for()
    httpx.post(door, content=b"{", headers={"Content-Type": "application/json"}, timeout=20)
    rejected = page.get_by_role("region", name="Rejected")
    rejected.get_by_role("button", name="Try again").first.wait_for()
    assert re.search("ago|just now", rejected.locator("time").first.inner_text())
    assert not visitor.barriers()


def test_a_webhook_is_told_and_told_again(
    visitor: Visitor, product: Product, receiver: tuple[str, list[bytes]]
) -> None:
    page = visitor.page
    address, heard = receiver
    visitor.open("/integrations", "Integrations")
    page.get_by_role("tab", name="Webhooks").click()
    page.get_by_role("button", name="Add a webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Wall")
    dialog.get_by_label("Address of the webhook").fill(address)
    dialog.get_by_role("button", name="Save").click()
    page.get_by_text("working").wait_for()
    product.post("/incident/create", {"title": "On the wall", "incident_severity": "Info"})
    eventually(lambda: heard, "the webhook is told")
    history = page.get_by_role("region", name="History")
    page.reload()
    page.get_by_role("tab", name="Webhooks").click()
    history.get_by_role("button", name="Show").first.click()
    page.get_by_label("What was sent").last.get_by_text("On the wall").wait_for()
    assert not visitor.barriers()
    page.keyboard.press("Escape")
    count = len(heard)
    history.get_by_role("button", name="Tell again").first.click()
    eventually(lambda: len(heard) > count, "the webhook is told again")


def test_a_template_is_tried_and_saved(visitor: Visitor, product: Product) -> None:
    page = visitor.page
    visitor.open("/integrations", "Integrations")
    page.get_by_role("tab", name="Templates").click()
    page.get_by_label("Name").fill("Short")
    text = page.get_by_label("Go template; empty is the built-in text")
    text.fill("{{.Title}} of ours")
    page.get_by_label("Preview").get_by_text("of ours").first.wait_for()
    text.fill("{{.Title")
    page.get_by_role("alert").wait_for()
    text.fill("{{.Title}} of ours")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Remove").wait_for()
    assert not visitor.barriers()
    (made,) = product.post("/template/list", {})["items"]
    assert (made["template_name"], made["email"]) == ("Short", "{{.Title}} of ours")


def test_something_is_expected_to_be_heard_of(visitor: Visitor, product: Product) -> None:
    page = visitor.page
    (team,) = product.post("/team/list", {})["items"]
    product.post("/channel/create", {"channel_name": "Shop", "team_id": team["team_id"]})
    visitor.open("/integrations", "Integrations")
    page.get_by_role("tab", name="Heartbeats").click()
    page.get_by_label("Name").fill("Nightly backup")
    page.get_by_role("combobox", name="Channel").press("ArrowDown")
    page.get_by_role("option", name="Shop").click()
    page.get_by_role("button", name="Add", exact=True).click()
    card = page.get_by_role("region", name="Nightly backup")
    card.get_by_text("waiting for its first ping").wait_for()
    assert not visitor.barriers()
