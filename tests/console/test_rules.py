"""Rules written as forms, each tried on what really came before it is saved."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page

from tests.console.visitor import Visitor
from tests.e2e.product import Product, eventually, today

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def channel(product: Product, visitor: Visitor) -> int:
    (team,) = product.post("/team/list", {})["items"]
    wish = {"channel_name": "Shop", "team_id": team["team_id"]}
    return int(product.post("/channel/create", wish)["channel_id"])


@pytest.fixture(scope="module")
def sender(product: Product, channel: int) -> Any:
    """A shared integration that leads nowhere yet, with two events on record."""
    wish = {"name": "Script", "plugin_type": "standard.alert"}
    made = product.post("/datasource/upsert", wish)
    for number in (1, 2):
        fire(product, made, number)

    def came() -> bool:
        wish = {**today(), "integration_ids": [made["integration_id"]]}
        return len(product.post("/event/trace/list", wish)["items"]) == 2

    eventually(came, "both events were digested")
    return made


def fire(product: Product, made: Any, number: int) -> None:
    alert = {
        "title": f"Disk {number} is full",
        "event_status": "Critical",
        "alert_key": str(number),
        "labels": {"fqdn": f"db{number}.acme.example"},
    }
    door = f"{product.url}/event/push/alert/standard?integration_key={made['integration_key']}"
    assert httpx.post(door, json=alert, timeout=20).status_code == 200


def choose(page: Page, field: str, option: str) -> None:
    """Take an option of a field that shows several."""
    page.get_by_role("combobox", name=field).press("ArrowDown")
    page.get_by_role("option", name=option).click()
    page.keyboard.press("Escape")


def condition(inside: Page | Locator, key: str, value: str) -> None:
    """Write a condition into the last row that has none."""
    inside.get_by_role("button", name="Add a condition").last.click()
    inside.get_by_label("Key", exact=True).last.fill(key)
    values = inside.get_by_role("combobox", name="Values").last
    values.fill(value)
    values.press("Enter")


def test_rules_of_an_integration_are_tried_on_its_events_and_saved(
    visitor: Visitor, product: Product, channel: int, sender: Any
) -> None:
    page, wish = visitor.page, {"integration_id": sender["integration_id"]}
    visitor.open(f"/integrations/{sender['integration_id']}/rules", "Rules of Script")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_role("menuitem", name="Take a label out of a text").click()
    page.get_by_label("From").fill("labels.fqdn")
    page.get_by_role("textbox", name="Pattern").fill("^[a-z0-9]+")
    page.get_by_label("Into the label").fill("host")
    preview = page.get_by_role("region", name="Preview")
    page.get_by_role("tab", name="2. Pipeline").click()
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_role("menuitem", name="Give another title").click()
    page.get_by_role("textbox", name="Title").fill("[TPL]{{.Labels.host}} is full")
    page.get_by_role("tab", name="3. Route").click()
    page.get_by_role("button", name="Add a case").click()
    condition(page, "labels.host", "db1")
    choose(page, "Channels", "Shop")
    preview.get_by_text("Of 2 events 1 would change, 0 be dropped, 1 find no channel.").wait_for()
    preview.get_by_text("db1 is full").first.wait_for()
    preview.get_by_text("labels.host: db1").wait_for()
    assert product.post("/route/info", wish) is None, "nothing was saved by looking"
    assert not visitor.barriers()
    for tab in ("3. Route", "2. Pipeline", "1. Enrichment"):
        page.get_by_role("tab", name=tab).click()
        page.get_by_role("button", name="Save").click()
        page.locator("main button[data-disabled]", has_text="Save").wait_for()
    fire(product, sender, 1)
    incidents = eventually(
        lambda: product.post("/incident/list", {**today(), "channel_ids": [channel]})["items"],
        "the event takes the route",
    )
    assert incidents[0]["title"] == "db1 is full"
    assert product.post("/enrichment/info", wish)["rules"][0]["settings"]["result_label"] == "host"


def test_noise_grouping_and_ladders_are_tried_and_saved(
    visitor: Visitor, product: Product, channel: int, sender: Any
) -> None:
    page, wish = visitor.page, {"channel_id": channel}
    fire(product, sender, 1)
    visitor.open(f"/channels/{channel}", "Shop")
    silences = page.get_by_role("region", name="Silences")
    silences.get_by_role("button", name="Add").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Quiet disks")
    condition(dialog, "labels.host", "db*")
    dialog.get_by_text("What it would hide").wait_for()
    dialog.get_by_text("db1 is full").first.wait_for()
    assert not visitor.barriers()
    dialog.get_by_role("button", name="Silence").click()
    silences.get_by_text("labels.host = db*").wait_for()
    silences.get_by_label("Quiet disks is in force").click(force=True)
    eventually(
        lambda: (
            product.post("/channel/silence/rule/list", wish)["items"][0]["status"] == "disabled"
        ),
        "the silence is switched off",
    )
    page.get_by_role("tab", name="Grouping").click()
    page.get_by_text("by rules", exact=True).click()
    keys = page.get_by_role("combobox", name="Alerts go together that have the same")
    keys.fill("labels.host")
    keys.press("Enter")
    page.get_by_text("1 alerts would be 1 incidents; they are 1.").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved").first.wait_for()
    assert product.post("/channel/info", wish)["group"]["equals"] == [["labels.host"]]
    page.get_by_role("tab", name="Escalation").click()
    page.get_by_role("link", name="Add an escalation rule").click()
    page.get_by_label("Name", exact=True).fill("Days")
    choose(page, "People", "Alice")
    page.get_by_role("button", name="Add a time").click()
    page.get_by_label("From", exact=True).fill("00:00")
    page.get_by_label("Until", exact=True).fill("23:59")
    told = page.get_by_role("region", name="Preview")
    told.get_by_text("Alice named in the rule").wait_for()
    assert not visitor.barriers()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog", name="Leave without saving?").wait_for()
    page.get_by_role("button", name="Stay").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Shop", level=1).wait_for()
    page.get_by_role("tab", name="Escalation", selected=True).wait_for()
    (rule,) = product.post("/channel/escalate/rule/list", wish)["items"]
    assert (rule["rule_name"], rule["time_filters"][0]["end"]) == ("Days", "23:59")
