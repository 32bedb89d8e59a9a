"""Somebody at a browser: what they see, what the browser complains of, and what axe finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

PASSWORD = "correct horse battery"
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
        if message.type == "error" and not any(one in message.text for one in ASKED_FOR):
            self.complaints.append(message.text)

    def open(self, path: str, heading: str) -> None:
        """Go to a screen and wait for its title."""
        self.page.goto(self.base + path)
        self.page.get_by_role("heading", name=heading, level=1).wait_for()

    def take_second_factor(self) -> str:
        """Have codes asked for at sign-in from now on; one for recovery."""
        secret = self._post("/totp/create", {})["secret"]
        confirmed = self._post("/totp/confirm", {"code": pyotp.TOTP(secret).now()})
        return str(confirmed["codes"][0])

    def _post(self, path: str, body: dict[str, str]) -> Any:
        """Call an operation in the session of this browser."""
        headers = {"X-Tocsin-Console": "1", "Origin": self.base}
        answer = self.page.request.post(self.base + path, data=body, headers=headers)
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
    def arriving(cls, base: str) -> Iterator["Visitor"]:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
            yield cls(context.new_page(), base)
            browser.close()
