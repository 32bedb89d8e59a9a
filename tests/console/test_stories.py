"""A schedule across the change of clocks, a silence, a regression, and what each role may see."""

import json
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.visitor import PATIENCE_MS, Visitor
from tests.e2e.product import Product, today

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)
Role = Literal["button", "tab"]
HOUR, DAY = 3600, 86_400
BERLIN = ZoneInfo("Europe/Berlin")
NINE = int(datetime(2026, 10, 24, 9, tzinfo=BERLIN).timestamp())
"""On a Saturday; that night the clocks of Berlin go back."""


@pytest.fixture(scope="module")
def push(visitor: Visitor, product: Product) -> str:
    """Where alerts are pushed into the channel Shop."""
    [team] = product.post("/team/list")["items"]
    wish = {"channel_name": "Shop", "team_id": team["team_id"]}
    channel = product.post("/channel/create", wish)["channel_id"]
    wish = {"name": "Script", "plugin_type": "standard.alert", "channel_id": channel}
    key = product.post("/datasource/upsert", wish)["integration_key"]
    return f"{product.url}/event/push/alert/standard?integration_key={key}"


def fire(push: str, title: str, key: str = "") -> None:
    alert = {"title": title, "event_status": "Critical", "alert_key": key or title}
    assert httpx.post(push, json=alert, timeout=20).status_code == 200


def invite(product: Product, name: str, role: str) -> str:
    """The link that lets somebody in who has this role alone."""
    roles = {one["role_name"]: one["role_id"] for one in product.post("/role/list")["items"]}
    email = f"{name.lower()}@acme.example"
    wish = {"email": email, "member_name": name, "role_ids": [roles[role]]}
    [made] = product.post("/member/invite", {"members": [wish]})["items"]
    return str(product.post("/invitation/create", {"member_id": made["member_id"]})["url"])


def test_a_schedule_is_edited_across_the_change_of_clocks(
    visitor: Visitor, browser: Browser, product: Product
) -> None:
    product.post("/account/update", {"time_zone": "Europe/Berlin"})
    invite(product, "Uma", "Responder")
    people = [one["member_id"] for one in product.post("/member/list")["items"]]
    turns = [{"members": [{"role_id": 0, "person_ids": [one]}]} for one in people]
    layer = {
        "layer_name": "By turns",
        "mode": 0,
        "layer_start": NINE,
        "rotation_unit": "day",
        "rotation_value": 1,
        "groups": turns,
    }
    schedule = product.post("/schedule/create", {"schedule_name": "Night", "layers": [layer]})
    identity = {"schedule_id": schedule["schedule_id"], "start": NINE, "end": NINE + 6 * DAY}

    state = visitor.page.context.storage_state()
    with Visitor.arriving(
        browser, product.url, storage_state=state, timezone_id="Europe/Berlin"
    ) as alice:
        page = alice.page
        page.clock.set_fixed_time(NINE)
        alice.open(f"/on-call/schedule/{schedule['schedule_id']}", "Night")
        page.get_by_title("24 Oct, 09:00 – 25 Oct, 09:00").first.wait_for()
        page.get_by_title("25 Oct, 09:00 – 26 Oct, 09:00").first.wait_for()
        page.get_by_label("Each turn").fill("2")
        page.get_by_text("nothing is saved yet").wait_for()
        page.get_by_title("24 Oct, 09:00 – 26 Oct, 09:00").first.wait_for()
        assert shifts(product, identity)[0] == 25 * HOUR, "it is a preview"
        assert not alice.barriers()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("nothing is saved yet")).to_have_count(0)
    assert shifts(product, identity)[:2] == [49 * HOUR, 48 * HOUR], "at nine by the clock each time"


def shifts(product: Product, identity: dict[str, int]) -> list[int]:
    """How long each shift of a schedule is, in seconds."""
    found = product.post("/schedule/info", identity)["final_schedule"]["schedules"]
    return [one["end"] - one["start"] for one in found]


def test_a_silence_shows_what_it_would_hide_and_then_hides_it(
    visitor: Visitor, product: Product, push: str
) -> None:
    page = visitor.page
    fire(push, "Cache is cold")
    visitor.open("/incidents", "Incidents")
    page.get_by_role("link", name="Cache is cold").click()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Silence what is like it").click()
    dialog = page.get_by_role("dialog")
    hidden = dialog.get_by_role("region", name="What it would hide")
    hidden.get_by_text("Cache is cold").wait_for()
    expect(hidden).to_contain_text("Of 1 events of the last seven days 1")
    assert not visitor.barriers()
    dialog.get_by_role("button", name="Silence", exact=True).click()
    expect(dialog).to_have_count(0)
    fire(push, "Cache is cold", key="another")
    fire(push, "Queue is long")
    visitor.open("/incidents", "Incidents")
    page.get_by_role("link", name="Queue is long").wait_for()
    expect(page.get_by_role("link", name="Cache is cold")).to_have_count(1)
    traces = product.post("/event/trace/list", {**today(), "outcomes": "muted"})["items"]
    assert [one["given"]["title"] for one in traces] == ["Cache is cold"]


def crash(dsn: str, number: int, release: str, kind: str = "CardRefused") -> None:
    """An error of a program that the Python SDK told of."""
    scheme, _, rest = dsn.partition("://")
    key, _, place = rest.partition("@")
    host, _, project = place.partition("/")
    frame = {"filename": "pay.py", "function": "charge", "lineno": 7, "in_app": True}
    thrown = {"type": kind, "value": "no", "stacktrace": {"frames": [frame]}}
    event = {
        "event_id": f"{number:032x}",
        "platform": "python",
        "level": "error",
        "release": release,
        "exception": {"values": [thrown]},
    }
    parts = [{"event_id": event["event_id"]}, {"type": "event"}, event]
    url = f"{scheme}://{host}/api/{project}/envelope/?sentry_key={key}"
    body = "\n".join(json.dumps(one) for one in parts)
    assert httpx.post(url, content=body, timeout=20).status_code == 200


def test_an_issue_that_was_resolved_is_seen_to_come_back(
    visitor: Visitor, product: Product
) -> None:
    wish = {"application_name": "pay", "type": "browser", "team_id": 0}
    dsn = product.post("/rum/application/create", wish)["dsn"]
    crash(dsn, 1, "1.0.0")
    page = visitor.page
    visitor.open("/issues", "Issues")
    page.get_by_role("link", name="CardRefused").first.click()
    visitor.sees("CardRefused")
    page.get_by_role("button", name="Resolve").click()
    page.get_by_role("menuitem", name="Now").click()
    page.get_by_role("button", name="Reopen").wait_for()
    crash(dsn, 2, "1.1.0")
    page.get_by_text("came back in 1.1.0").wait_for()
    assert not visitor.barriers()


def sees(page: Page, role: Role, name: str) -> bool:
    return page.get_by_role(role, name=name, exact=True).count() > 0


@pytest.mark.parametrize(
    ("name", "role", "acts", "manages"),
    [
        ("Vera", "Viewer", False, False),
        ("Rob", "Responder", True, False),
        ("Ada", "Account Admin", True, True),
    ],
)
def test_everybody_sees_what_they_may(
    browser: Browser, product: Product, push: str, name: str, role: str, acts: bool, manages: bool
) -> None:
    fire(push, "For everybody")
    link = invite(product, name, role)
    with Visitor.arriving(browser, product.url) as visitor:
        visitor.enter(link, name)
        page = visitor.page
        visitor.open("/incidents", "Incidents")
        page.get_by_role("link", name="For everybody").click()
        visitor.sees("For everybody")
        assert sees(page, "button", "Resolve") == acts
        visitor.open("/channels", "Channels and rules")
        page.get_by_text("Shop").first.wait_for()
        assert sees(page, "button", "New channel") == acts
        visitor.open("/settings", "Settings")
        page.get_by_role("cell", name=name).first.wait_for()
        assert sees(page, "button", "Invite") == manages
        assert sees(page, "tab", "Audit") == acts
        assert not visitor.barriers()
        refused = call(visitor, "/member/invite", {"members": []})
        assert (refused != "AccessDenied") == manages, "hidden is refused too"


def call(visitor: Visitor, path: str, body: Any) -> str:
    """The code of what this browser's session is answered; empty where it is allowed."""
    headers = {"X-Tocsin-Console": "1", "Origin": visitor.base}
    answer = visitor.page.request.post(visitor.base + path, data=body, headers=headers)
    return str(answer.json().get("error", {}).get("code", ""))
