"""From the first start to the first page, and a page at night from push to resolve on a phone."""

import re
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.cli.program import serving
from tests.console.phone import Phone
from tests.console.visitor import PATIENCE_MS, PHONE, Visitor
from tests.e2e.product import Product
from tests.postgres import create_database

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)


class Start:
    """A server that was started just now, with nothing in it."""

    def __init__(self, product: Product, began: float) -> None:
        self.product = product
        self.began = began


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def start(
    request: pytest.FixtureRequest, assets: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Start]:
    folder = tmp_path_factory.mktemp("first-page") / "data"
    words = ["--outbound-allowed-networks", "127.0.0.0/8"]
    if request.param == "postgresql":
        words += ["--database-url", create_database("tocsin_first_page")]
    began = perf_counter()
    with serving(folder, *words) as running:
        yield Start(Product(running, folder), began)
        assert running.stop() == 0


@pytest.fixture(scope="module")
def product(start: Start) -> Product:
    return start.product


@pytest.fixture(scope="module")
def phone() -> Iterator[Phone]:
    with Phone.on() as ringing:
        yield ringing


def test_from_the_first_start_to_the_first_page(
    visitor: Visitor, start: Start, phone: Phone, record_property: Any
) -> None:
    page = visitor.page
    page.get_by_label("E-mail").fill("bob@acme.example")
    page.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_label("A link that lets them in once", exact=True).wait_for()
    assert not visitor.barriers()

    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Make both").click()
    page.get_by_text("Waiting for the first event").wait_for()
    page.get_by_role("button", name="Send a test event", exact=True).click()
    page.get_by_text("It arrived: A test from the console").wait_for()
    assert not visitor.barriers()

    page.get_by_role("button", name="Go on").click()
    page.get_by_role("combobox", name="Method").click()
    page.get_by_role("option", name="ntfy").click()
    page.get_by_label("Address, number or webhook").fill(phone.topic)
    page.get_by_role("button", name="Add", exact=True).click()
    code = re.search(r"\b\d{6}\b", phone.shows("code")["message"])
    assert code
    page.get_by_placeholder("Code").fill(code[0])
    page.get_by_role("button", name="Verify").click()
    page.get_by_text("verified", exact=True).wait_for()
    assert not visitor.barriers()

    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Page me now").click()
    phone.shows("A test page from the console")
    took = perf_counter() - start.began
    page.get_by_text("delivered").wait_for()
    assert not visitor.barriers()
    record_property("timed", f"a newcomer's first page, {took:.1f} s after `serve` was started")


def told_by_push(product: Product) -> None:
    """Have whoever watches the only channel told by push."""
    product.post("/preference/update", {"trigger_notify": {"critical": ["push"]}})
    [channel] = product.post("/channel/list", {"is_brief": True})["items"]
    [owner] = product.post("/member/list", {"query": "Alice"})["items"]
    target = {"person_ids": [owner["member_id"]], "by": {"follow_preference": True}}
    wish = {
        "channel_id": channel["channel_id"],
        "rule_name": "Wake Alice",
        "template_id": "000000000000000000000001",
        "layers": [{"target": target}],
    }
    product.post("/channel/escalate/rule/create", wish)


def test_a_page_at_night_from_push_to_resolve_on_a_phone(
    visitor: Visitor, browser: Browser, product: Product, phone: Phone
) -> None:
    told_by_push(product)
    [integration] = product.post("/datasource/list")
    key = product.post("/datasource/desc", {"integration_id": integration["integration_id"]})
    push = f"{product.url}/event/push/alert/standard?integration_key={key['integration_key']}"
    alert = {"title": "Checkout is down", "event_status": "Critical", "alert_key": "checkout"}
    assert httpx.post(push, json=alert, timeout=20).status_code == 200
    shown = phone.shows("Checkout is down")

    state = visitor.page.context.storage_state()
    looks = {"storage_state": state, "viewport": PHONE, "has_touch": True, "is_mobile": True}
    with Visitor.arriving(browser, product.url, **looks) as alice:
        page = alice.page
        page.goto(shown["click"])
        alice.sees("Checkout is down")
        page.get_by_text("push delivered").wait_for()
        fits(alice)
        page.goto(shown["actions"][0]["url"])
        page.get_by_role("button", name="Acknowledge").tap()
        page.get_by_text("Acknowledged by Alice").wait_for()
        page.goto(shown["click"])
        page.get_by_text("Alice acknowledged it").wait_for()
        page.get_by_role("tab", name="Why").tap()
        page.get_by_text("opened an incident").first.wait_for()
        fits(alice)
        page.get_by_role("tab", name="Timeline").tap()
        page.get_by_label("Comment").fill("A full disk; made room.")
        page.get_by_role("button", name="Comment").tap()
        page.get_by_text("Alice wrote").wait_for()
        page.get_by_role("button", name="Resolve").tap()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Root cause").fill("A full disk")
        assert not alice.barriers()
        dialog.get_by_role("button", name="Resolve").tap()
        page.get_by_role("button", name="Reopen").wait_for()
        alice.open("/", "Now")
        expect(page.get_by_role("link", name="Checkout is down")).to_have_count(0)
        fits(alice)


def fits(visitor: Visitor) -> None:
    """Nothing sticks out sideways, and nobody is kept out."""
    width = visitor.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    assert not visitor.barriers()
