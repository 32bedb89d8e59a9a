"""The main screens of a company whose day is always the same, beside pictures of how they looked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.clock import VirtualClock
from tests.conftest import sqlite_database
from tests.console import pictures
from tests.console.visitor import PATIENCE_MS, PHONE, Visitor
from tests.server import Server, serving
from tocsin.cli.demo import OWNER_EMAIL, OWNER_PASSWORD, Days, quiet, tell_in
from tocsin.cli.harbour import company
from tocsin.cli.harbour.clock import StoryClock
from tocsin.cli.harbour.mailbox import Mailbox
from tocsin.kernel.ids import Ids, seeded_chance
from tocsin.kernel.sealing import Seal
from tocsin.kernel.settings import Settings
from tocsin.kernel.site import Site
from tocsin.store.database import Database

pytestmark = pytest.mark.slow
NIGHT = datetime(2026, 3, 11, 3, 12, tzinfo=UTC)
"""The moment of every picture: a Wednesday, at 03:12."""
SCREENS = {
    "now": ("/", "Now"),
    "incidents": ("/incidents", "Incidents"),
    "issues": ("/issues", "Issues"),
    "on-call": ("/on-call", "On-call"),
    "channels": ("/channels", "Channels and rules"),
    "integrations": ("/integrations", "Integrations"),
    "settings": ("/settings", "Settings"),
}
README = {"now-light": "now", "incident-light": "incident", "on-call-light": "on-call"}
DARK = ("now", "incidents", "on-call")
HOW = {"bypass_csp": True, "timezone_id": "UTC"}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True},
}


@pytest.fixture(scope="module")
def night(assets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server at that moment; a day was told before it."""
    if not pictures.has_font():
        pytest.skip(f"the font {pictures.FONT} is missing; `make deps` installs it")
    folder = tmp_path_factory.mktemp("pictures")
    at = int(NIGHT.timestamp() * 1000)
    url = sqlite_database(folder)
    mailbox = Mailbox()
    mailbox.open()
    plain = Settings(data_dir=str(folder), smtp_host="127.0.0.1", smtp_port=mailbox.port)
    settings = quiet(plain)
    try:
        _told(url, settings, at)
    finally:
        mailbox.close()
    with serving(url, VirtualClock(at), settings) as server:
        yield server


def _told(url: str, settings: Settings, at: int) -> None:
    """Tell the same day with the same ids, whenever and wherever."""
    clock = StoryClock(company.weeks_before(at, 4))
    database = Database.open(url, clock, Ids(clock, seeded_chance(7)))
    database.site = Site(
        "http://tocsin.example",
        settings.invite_without_role,
        Seal(lambda: ["0" * 32]),
        settings.outbound_allowed_networks,
        settings.files_dir,
        settings.files_bytes_max,
    )
    try:
        tell_in(database, settings, clock, Days(1, 1, at))
    finally:
        database.close()


@pytest.mark.parametrize("look", LOOKS)
def test_the_main_screens_look_as_they_did(night: Server, browser: Browser, look: str) -> None:
    with Visitor.arriving(browser, night.base, **HOW, **LOOKS[look]) as visitor:
        page = visitor.page
        page.clock.set_fixed_time(NIGHT)
        page.goto(night.base)
        visitor.sign_in(OWNER_EMAIL, OWNER_PASSWORD)
        visitor.sees("Now")
        for name, (path, heading) in SCREENS.items():
            if look == "dark" and name not in DARK:
                continue
            visitor.open(path, heading)
            expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE_MS)
            look_at(visitor, f"{name}-{look}")
        visitor.open("/incidents", "Incidents")
        page.locator("main a[href^='/incidents/']").first.click()
        page.get_by_role("tab", name="Timeline").wait_for()
        look_at(visitor, f"incident-{look}")


def look_at(visitor: Visitor, name: str) -> None:
    """Compare the screen once all that it waits for is there."""
    page = visitor.page
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE_MS)
    pictures.settle(page)
    pictures.compare(page, name)
    if name in README:
        pictures.show(page, README[name])
