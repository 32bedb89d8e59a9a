"""Settings as an admin changes them: roles, members, the organisation, health, and any call by hand."""

import pytest
from playwright.sync_api import expect

from tests.console.visitor import PATIENCE_MS, Visitor
from tests.e2e.product import Product

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)


def test_an_admin_changes_roles_members_and_the_organisation(
    visitor: Visitor, product: Product
) -> None:
    page = visitor.page
    product.post("/member/invite", {"members": [{"email": "b@a.example", "member_name": "Bob"}]})
    visitor.open("/settings", "Settings")
    page.get_by_role("tab", name="Roles").click()
    page.get_by_label("New role").fill("Guest")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("checkbox", name="Guest: Incidents Read").click()
    expect(page.get_by_role("checkbox", name="Guest: Incidents Read")).to_be_checked()

    page.get_by_role("tab", name="Members").click()
    page.get_by_role("button", name="Actions on Bob").click()
    page.get_by_role("menuitem", name="Roles").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Roles").click(force=True)
    page.get_by_role("option", name="Guest").click()
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("cell", name="Viewer, Guest").wait_for()
    assert not visitor.barriers()

    page.get_by_role("tab", name="Organisation").click()
    page.get_by_label("Name", exact=True).fill("Acme and sons")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved").first.wait_for()
    assert product.post("/account/info")["account_name"] == "Acme and sons"
    page.get_by_role("tab", name="Audit").click()
    page.get_by_role("cell", name="Alice").first.wait_for()
    page.get_by_role("tab", name="Health").click()
    page.get_by_text("on time").first.wait_for()
    assert not visitor.barriers()


def test_what_no_screen_is_made_for_is_called_by_hand(visitor: Visitor, product: Product) -> None:
    page = visitor.page
    visitor.open("/settings", "Settings")
    page.get_by_role("tab", name="Any operation").click()
    page.get_by_role("combobox", name="Operation").fill("/team/info")
    page.get_by_role("option", name="/team/info", exact=True).click()
    [team] = product.post("/team/list")["items"]
    page.get_by_label("Request (JSON)").fill(f'{{"team_id": {team["team_id"]}}}')
    page.get_by_role("button", name="Call it").click()
    expect(page.get_by_label("Answer", exact=True)).to_contain_text('"team_name": "Web"')
    assert not visitor.barriers()


def test_a_key_shows_what_the_keys_do(visitor: Visitor) -> None:
    visitor.open("/", "Now")
    visitor.page.keyboard.press("Shift+?")
    visitor.page.get_by_role("dialog", name="Keys").get_by_text("Acknowledge").wait_for()
    assert not visitor.barriers()
