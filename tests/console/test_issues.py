"""Issues that are nearly the same: seen, made one, taken apart, and linked to an incident."""

import pytest

from tests.console.test_stories import crash
from tests.console.visitor import Visitor
from tests.e2e.product import Product, eventually

pytestmark = pytest.mark.slow


def test_like_issues_are_made_one_and_two_again_and_linked(
    visitor: Visitor, product: Product
) -> None:
    page = visitor.page
    wish = {"application_name": "pay", "type": "browser", "team_id": 0}
    made = product.post("/rum/application/create", wish)
    for number, release in ((1, "1.0.0"), (2, "1.1.0"), (3, "1.1.0")):
        crash(made["dsn"], number, release, "CardRefused" if number < 3 else "CardRefusedAgain")
    application = made["application_id"]
    eventually(lambda: len(product.issues(application)) == 2, "two issues")
    incident = product.post("/incident/create", {"title": "Paying", "incident_severity": "Info"})
    visitor.open("/issues", "Issues")
    bars = page.get_by_role("img", name="Events of the last 7 days").first
    bars.locator("rect[height='24']").first.wait_for()
    page.get_by_role("link", name="CardRefused", exact=True).click()
    visitor.sees("CardRefused")
    page.get_by_text("unresolved (new)").wait_for()
    page.get_by_text("release").first.wait_for()
    page.get_by_role("tab", name="Releases").click()
    page.get_by_role("cell", name="1.1.0", exact=True).wait_for()
    page.get_by_role("tab", name="Merge").click()
    page.get_by_role("button", name="Why apart?").click()
    page.get_by_label("Why apart?").last.wait_for()
    page.get_by_label("Choose CardRefusedAgain").click()
    page.get_by_role("button", name="Merge into this one").click()
    page.get_by_role("button", name="Take out again").wait_for()
    assert len(product.issues(application)) == 1
    assert not visitor.barriers()
    page.get_by_role("button", name="Take out again").click()
    eventually(lambda: len(product.issues(application)) == 2, "two issues again")
    page.get_by_role("button", name="Link", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("An incident").first.fill("Paying")
    page.get_by_role("option", name="Paying").click()
    dialog.get_by_role("button", name="Link", exact=True).click()
    page.get_by_role("link", name="Paying").click()
    visitor.sees("Paying")
    assert page.url.endswith(incident["incident_id"])
