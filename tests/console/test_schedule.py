"""A schedule changed by key on its timeline, by the clocks of a zone whose hours change that night."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.console.visitor import Visitor
from tests.e2e.product import Product, eventually

pytestmark = pytest.mark.slow
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600


def berlin(day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(2027, 3, day, hour, minute, tzinfo=BERLIN).timestamp())


def test_a_stand_in_is_moved_by_key_in_the_night_the_clocks_change(
    visitor: Visitor, product: Product
) -> None:
    page = visitor.page
    (alice,) = product.post("/member/list", {})["items"]
    product.post("/account/update", {"time_zone": "Europe/Berlin"})
    office = {
        "layer_name": "Office",
        "layer_start": berlin(1, 0),
        "rotation_unit": "week",
        "rotation_value": 1,
        "restrict_mode": 1,
        "restrict_periods": [{"restrict_start": 9 * HOUR, "restrict_end": 17 * HOUR}],
        "groups": [{"members": [{"role_id": 0, "person_ids": [alice["member_id"]]}]}],
    }
    wish = {"schedule_name": "Duty", "layers": [office]}
    made = product.post("/schedule/create", wish)["schedule_id"]
    visitor.open(f"/on-call/schedule/{made}", "Duty")
    page.get_by_label("First day").fill("2027-03-27")
    page.get_by_role("combobox", name="Time zone").fill("Europe/Berlin")
    page.get_by_role("option", name="Europe/Berlin").click()
    board = page.get_by_role("region", name="Timeline of shifts")
    board.get_by_title("Alice: 28 Mar, 09:00 – 28 Mar, 17:00").first.wait_for()
    board.get_by_text("nobody").first.wait_for()
    page.get_by_role("button", name="Let somebody stand in").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("From").fill("2027-03-27T20:00")
    dialog.get_by_label("Until").fill("2027-03-28T08:00")
    dialog.get_by_role("combobox", name="People").press("ArrowDown")
    page.get_by_role("option", name="Alice").click()
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Preview").click()
    bar = board.get_by_role("button", name="Alice: 27 Mar, 20:00 – 28 Mar, 08:00")
    bar.press("ArrowRight")
    board.get_by_role("button", name="Alice: 27 Mar, 20:30 – 28 Mar, 08:30").press(
        "Shift+ArrowRight"
    )
    board.get_by_role("button", name="Alice: 27 Mar, 20:30 – 28 Mar, 09:00").wait_for()
    asked = page.get_by_role("region", name="Who is on call at …?")
    asked.get_by_label("When").fill("2027-03-28T03:30")
    asked.get_by_text("Alice").wait_for()
    asked.get_by_label("When").fill("2027-03-27T19:00")
    asked.get_by_text("nobody").wait_for()
    assert not visitor.barriers()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("region", name="Shifts", exact=True).wait_for()
    window = {"schedule_id": made, "start": berlin(27, 0), "end": berlin(29, 0)}
    _, stand_in = product.post("/schedule/info", window)["layers"]
    assert (stand_in["layer_start"], stand_in["layer_end"]) == (berlin(27, 20, 30), berlin(28, 9))
    assert stand_in["layer_end"] - stand_in["layer_start"] == 11.5 * HOUR, "an hour is missing"


def test_coverage_is_checked_when_asked_for(visitor: Visitor, product: Product) -> None:
    page = visitor.page
    (team,) = product.post("/team/list", {})["items"]
    channel = product.post("/channel/create", {"channel_name": "Shop", "team_id": team["team_id"]})
    visitor.open("/on-call", "On-call")
    page.get_by_role("tab", name="Coverage").click()
    page.get_by_label("Somebody is to be reached within minutes").fill("20")
    page.get_by_role("button", name="Check now").click()
    page.get_by_text("It is being checked").wait_for()

    def checked() -> bool:
        wish = {"channel_ids": [channel["channel_id"]]}
        found = product.post("/channel/coverage/list", wish)["items"]
        return bool(found) and found[0]["within_minutes"] == 20

    eventually(checked, "coverage is checked by the minutes asked for")
    page.reload()
    page.get_by_role("tab", name="Coverage").click()
    page.get_by_role("cell", name="Shop").first.wait_for()
    assert not visitor.barriers()
