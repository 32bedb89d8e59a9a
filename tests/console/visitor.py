"""Somebody at a browser: what they see, what the browser complains of, and what axe finds."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.e2e.product import Product

EMAIL = "alice@acme.example"
PASSWORD = "correct horse battery"
PHONE = {"width": 390, "height": 800}
AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 30_000
ASKED_FOR = ("401", "428")
SERIOUS = ("serious", "critical")


class Visitor:
    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))

    def _hear(self, message: ConsoleMessage) -> None:
        # Browsers report every refusal, as of asking who is signed in while nobody is.
        is_ours = (
            message.location["url"].startswith((self.base, "blob:"))
            or not (message.location["url"])
        )
        if (
            message.type == "error"
            and is_ours
            and not any(one in message.text for one in ASKED_FOR)
        ):
            self.complaints.append(f"{message.text} {message.location['url']}")

    def open(self, path: str, heading: str) -> None:
        """Go to a screen and wait for its title."""
        self.page.goto(self.base + path)
        self.sees(heading)

    def sees(self, heading: str) -> None:
        self.page.get_by_role("heading", name=heading, level=1).wait_for()

    def set_up(self, product: Product) -> None:
        """Make the server one's own, by the link that its first start printed."""
        found = re.search(r"\S+(/setup#\S+)", product.running.greeting)
        assert found, product.running.greeting
        page = self.page
        page.goto(self.base + "/setup#one-that-was-mistyped")
        page.get_by_text("tocsin member link WHO").wait_for()
        page.goto(self.base + found[1])
        page.get_by_label("Your organisation").fill("Acme")
        page.get_by_label("Your name").fill("Alice")
        page.get_by_label("Your e-mail").fill(EMAIL)
        page.get_by_role("textbox", name="A password of your own").fill(PASSWORD)
        page.get_by_label("Your team").fill("Web")
        page.get_by_role("button", name="Begin").click()
        self.sees("First steps")

    def enter(self, link: str, name: str) -> None:
        """Accept an invitation."""
        self.page.goto(link)
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_role("textbox", name="A password of your own").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.sees("Now")

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> None:
        """Fill in the page of whoever is not signed in."""
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_role("textbox", name="Password").fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def sign_out(self, name: str = "Alice") -> None:
        self.page.get_by_role("button", name=f"Menu of {name}").click()
        self.page.get_by_role("menuitem", name="Sign out").click()
        self.sees("Sign in to Tocsin")

    def post(self, path: str, body: Any = None) -> Any:
        """Call an operation in the session of this browser."""
        headers = {"X-Tocsin-Console": "1", "Origin": self.base}
        answer = self.page.request.post(self.base + path, data=body or {}, headers=headers)
        assert answer.status == 200, answer.text()
        return answer.json()["data"]

    def barriers(self) -> list[Any]:
        """What would keep people out of this screen, by axe's rules; serious and worse."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run()")["violations"]
        return [
            (one["id"], [node["html"][:200] for node in one["nodes"][:3]])
            for one in found
            if one["impact"] in SERIOUS
        ]

    @classmethod
    @contextmanager
    def arriving(cls, browser: Browser, base: str, **how: Any) -> Iterator["Visitor"]:
        """A person with a browser of their own; it must have had nothing to complain of."""
        looks = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **how}
        context = browser.new_context(**looks)
        visitor = cls(context.new_page(), base)
        yield visitor
        context.close()
        assert not visitor.complaints


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()
