"""The console in a browser, on the demo's data: how much it loads, how soon it can be used, how smoothly a long
list scrolls, and how soon an event is on the screen."""

import gzip
import json
import statistics
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from bench.incidents import fill
from bench.product import Product
from bench.report import Figure
from tests.console.visitor import Visitor, chromium
from tocsin.cli.demo import OWNER_EMAIL, OWNER_PASSWORD, quiet, tell
from tocsin.cli.harbour.mailbox import Mailbox
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import Ids, system_chance
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database

ASSETS: Final = Path(__file__).parents[1] / "tocsin" / "console_assets"
INCIDENTS: Final = 10_000
FRAMES: Final = 300
EVENTS: Final = 20
LOADS: Final = 5
_USABLE: Final = """
  new MutationObserver((_, watcher) => {
    if (!document.querySelector('main h1') || !document.querySelector('main a[href^="/incidents/"]')) return
    window.usableAt = performance.now()
    watcher.disconnect()
  }).observe(document, {childList: true, subtree: true})
"""
_SCROLL: Final = """
  async (frames) => {
    const list = document.querySelector('main [role=region][tabindex]')
    const step = () => new Promise((done) => requestAnimationFrame(done))
    await step()
    const began = performance.now()
    for (let n = 0; n < frames; n++) {
      list.scrollBy(0, 90)
      await step()
    }
    return frames * 1000 / (performance.now() - began)
  }
"""
_SHOWN: Final = """
  (title) => new Promise((done) => {
    const look = () => {
      if (![...document.querySelectorAll('main a')].some((one) => one.textContent.includes(title))) return false
      done(performance.timeOrigin + performance.now())
      return true
    }
    if (!look()) {
      const watcher = new MutationObserver(() => look() && watcher.disconnect())
      watcher.observe(document, {childList: true, subtree: true, characterData: true})
    }
  })
"""


def measure(folder: Path) -> Iterator[Figure]:
    """Everything of it, with a story of one day."""
    product = Product(folder)
    _tell(folder, product)
    product.start()
    try:
        with chromium() as browser:
            with Visitor.arriving(browser, product.url) as owner:
                owner.page.goto(product.url)
                owner.sign_in(OWNER_EMAIL, OWNER_PASSWORD)
                owner.sees("Now")
                state = json.loads(json.dumps(owner.page.context.storage_state()))
            yield from _loading(browser, product, state)
            with Visitor.arriving(browser, product.url, storage_state=state) as owner:
                yield from _visible(product, owner)
            product.call("/incident/create", {"title": "One of many", "incident_severity": "Info"})
            product.stop()
            _fill(folder)
            product.start()
            with Visitor.arriving(browser, product.url, storage_state=state) as owner:
                yield _scrolling(owner)
    finally:
        product.stop()


def _tell(folder: Path, product: Product) -> None:
    mailbox = Mailbox()
    mailbox.open()
    try:
        settings = Settings(data_dir=str(folder / "data"), port=product.port)
        settings = replace(quiet(settings), smtp_host="127.0.0.1", smtp_port=mailbox.port)
        product.key = tell(settings, 1, 1).owner_key
    finally:
        mailbox.close()


def _fill(folder: Path) -> None:
    clock = SystemClock()
    url = f"sqlite:///{folder}/data/tocsin.db"
    database = Database.open(url, clock, Ids(clock, system_chance()))
    fill(database, INCIDENTS)
    database.close()


def _loading(browser: Browser, product: Product, state: object) -> Iterator[Figure]:
    """The first screen, each time in a browser that has nothing of it yet."""
    waits, scripts = [], set[str]()
    for _ in range(LOADS):
        with Visitor.arriving(browser, product.url, storage_state=state) as owner:
            page = owner.page
            page.add_init_script(_USABLE)
            page.goto(product.url)
            page.wait_for_selector("main a[href^='/incidents/']")
            waits.append(float(page.evaluate("window.usableAt")))
            scripts |= _scripts(page)
    size = sum(len(gzip.compress((ASSETS / one.lstrip("/")).read_bytes())) for one in scripts)
    yield Figure("script of the first screen, gzipped", size / 1024, 300, unit=" KB")
    yield Figure("first screen usable, median", statistics.median(waits) / 1000, 1, unit=" s")


def _scripts(page: Page) -> set[str]:
    """What was loaded before the first screen could be used."""
    named = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.startTime < window.usableAt)"
        ".map((one) => one.name)"
    )
    return {path for name in named if (path := urlsplit(name).path).endswith(".js")}


def _visible(product: Product, owner: Visitor) -> Iterator[Figure]:
    """From the 2xx of a push to its incident in the open list."""
    owner.open("/incidents", "Incidents")
    push = _door(product)
    waits = []
    for number in range(EVENTS):
        title = f"Event number {number} of the bench"
        owner.page.wait_for_timeout(700)
        owner.page.evaluate(f"window.shown = ({_SHOWN})({json.dumps(title)}); 0")
        event = {"event_status": "Critical", "title": title, "alert_key": title}
        push.data = json.dumps(event).encode()
        with urllib.request.urlopen(push, timeout=10):
            accepted = SystemClock().now()
        waits.append(float(owner.page.evaluate("window.shown")) - accepted)
    waits.sort()
    yield Figure("2xx to seen in the open list, p50", waits[len(waits) // 2], unit=" ms")
    yield Figure("2xx to seen in the open list, p95", waits[-2], 200, unit=" ms")


def _door(product: Product) -> urllib.request.Request:
    channel = product.call("/channel/list", {"limit": 1})["items"][0]["channel_id"]
    wish = {"plugin_type": "standard.alert", "name": "bench", "channel_id": channel}
    key = product.call("/datasource/upsert", wish)["integration_key"]
    url = f"{product.url}/event/push/alert/standard?integration_key={key}"
    return urllib.request.Request(url, headers={"Content-Type": "application/json"}, method="POST")


def _scrolling(owner: Visitor) -> Figure:
    owner.open("/incidents", "Incidents")
    owner.page.wait_for_selector("main a[href^='/incidents/']")
    owner.page.evaluate(_SCROLL, 60)
    rate = float(owner.page.evaluate(_SCROLL, FRAMES))
    return Figure(f"frames a second, scrolling {INCIDENTS:,} incidents", rate, 59, at_most=False)
