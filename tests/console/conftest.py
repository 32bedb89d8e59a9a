"""The built console in Debian's Chromium, on a real server whose owner just arrived."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cli.program import ROOT, serving
from tests.console.visitor import PASSWORD, Visitor
from tests.e2e.product import Product
from tests.tools import need


@pytest.fixture(scope="session")
def assets() -> None:
    """The console as its sources are now; built once, and only where they changed."""
    need("node", "npm", "chromium")
    subprocess.run([sys.executable, "scripts/console.py"], cwd=ROOT, check=True, timeout=900)


@pytest.fixture(scope="module")
def product(assets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("console") / "data"
    with serving(folder) as running:
        yield Product(running, folder)
        assert running.stop() == 0


@pytest.fixture(scope="module")
def visitor(product: Product) -> Iterator[Visitor]:
    """The owner's browser; it has gone through the set-up that the first start's link opens."""
    with Visitor.arriving(product.url) as browser:
        found = re.search(r"\S+(/setup#\S+)", product.running.greeting)
        assert found, product.running.greeting
        page = browser.page
        page.goto(product.url + found[1])
        page.get_by_label("Your organisation").fill("Acme")
        page.get_by_label("Your name").fill("Alice")
        page.get_by_label("Your e-mail").fill("alice@acme.example")
        page.get_by_role("textbox", name="A password of your own").fill(PASSWORD)
        page.get_by_label("Your team").fill("Web")
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("heading", name="First steps").wait_for()
        yield browser
        assert not browser.complaints
