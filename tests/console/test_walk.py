"""From the first start to an incident that is over, as somebody at a browser sees it."""

import httpx
import pytest

from tests.console.visitor import PHONE, Visitor
from tests.e2e.product import Product

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"
MARKDOWN = f"[click](javascript:alert(3)) {EVIL} **bold**"
SCREENS = [
    ("/", "Now"),
    ("/incidents", "Incidents"),
    ("/issues", "Issues"),
    ("/on-call", "On-call"),
    ("/channels", "Channels and rules"),
    ("/integrations", "Integrations"),
    ("/settings", "Settings"),
    ("/me", "My shifts and methods"),
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def push(product: Product) -> str:
    """Where the alerts of one integration are pushed, into a channel of its own."""
    (team,) = product.post("/team/list", {})["items"]
    wish = {"channel_name": "Shop", "team_id": team["team_id"]}
    channel = product.post("/channel/create", wish)["channel_id"]
    wish = {"name": "Script", "plugin_type": "standard.alert", "channel_id": channel}
    key = product.post("/datasource/upsert", wish)["integration_key"]
    return f"{product.url}/event/push/alert/standard?integration_key={key}"


def fire(push: str, title: str, **more: object) -> None:
    alert = {"title": title, "event_status": "Critical", "alert_key": title, **more}
    assert httpx.post(push, json=alert, timeout=20).status_code == 200


def test_an_alert_appears_in_the_open_list_and_is_acknowledged_and_resolved(
    visitor: Visitor, push: str
) -> None:
    page = visitor.page
    visitor.open("/incidents", "Incidents")
    page.get_by_text("All is calm").wait_for()
    fire(push, "Disk is full", labels={"host": "db-1"})
    page.get_by_role("link", name="Disk is full").click()
    page.get_by_role("heading", name="Disk is full", level=1).wait_for()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("Alice acknowledged it").wait_for()
    told = page.locator("time").evaluate_all("all => all.map(one => Date.parse(one.dateTime))")
    now = page.evaluate("Date.now()")
    assert told, "the timeline says when"
    assert all(abs(now - each) < 600_000 for each in told), told
    page.get_by_role("tab", name="Why").click()
    page.get_by_text("opened an incident").first.wait_for()
    assert not visitor.barriers()
    page.get_by_role("button", name="Resolve").click()
    page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    page.get_by_role("button", name="Reopen").wait_for()


def test_nothing_that_an_alert_says_runs(visitor: Visitor, push: str) -> None:
    page = visitor.page
    fire(push, f"Evil {EVIL}", description=MARKDOWN, labels={"host": EVIL})
    visitor.open("/incidents", "Incidents")
    page.get_by_role("link", name="Evil").click()
    page.get_by_text("bold").wait_for()
    page.get_by_label("Comment").fill(MARKDOWN)
    page.get_by_role("button", name="Comment").click()
    page.get_by_text("Alice wrote").wait_for()
    assert page.locator("main img, main script, main a[href^='javascript']").count() == 0
    visitor.open("/", "Now")
    page.get_by_role("link", name="Evil").first.wait_for()
    assert page.locator("main img, main script").count() == 0


@pytest.mark.parametrize(("path", "heading"), SCREENS)
def test_a_screen_keeps_nobody_out(visitor: Visitor, path: str, heading: str) -> None:
    visitor.open(path, heading)
    visitor.page.wait_for_load_state("load")
    assert not visitor.barriers()


def test_the_list_is_walked_by_keys(visitor: Visitor, push: str) -> None:
    page = visitor.page
    fire(push, "First by keys")
    fire(push, "Second by keys")
    visitor.open("/incidents?q=keys", "Incidents")
    page.get_by_role("link", name="First by keys").wait_for()
    page.get_by_role("link", name="Second by keys").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.get_by_text("Acknowledged", exact=True).first.wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="by keys", level=1).wait_for()


def test_it_speaks_chinese_on_a_phone_and_lets_people_out_and_in(
    visitor: Visitor, product: Product
) -> None:
    page = visitor.page
    page.set_viewport_size(PHONE)
    visitor.open("/", "Now")
    page.get_by_role("button", name="Menu of Alice").click()
    page.get_by_role("menuitem", name="中文").click()
    page.get_by_role("heading", name="现在", level=1).wait_for()
    assert not visitor.barriers()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "nothing sticks out sideways"
    page.get_by_role("button", name="Alice 的菜单").click()
    page.get_by_role("menuitem", name="English").click()
    visitor.sign_out()
    visitor.sign_in()
    visitor.sees("Now")
