"""The built console in Debian's Chromium, on a real server whose owner just arrived."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.cli.program import ROOT, serving
from tests.console.visitor import Visitor, chromium
from tests.e2e.product import Product
from tests.tools import need


@pytest.fixture(scope="session")
def assets() -> None:
    """The console as its sources are now; built once, and only where they changed."""
    need("node", "npm", "chromium")
    subprocess.run([sys.executable, "scripts/console.py"], cwd=ROOT, check=True, timeout=900)


@pytest.fixture(scope="module")
def browser(assets: None) -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def product(assets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("console") / "data"
    with serving(folder) as running:
        yield Product(running, folder)
        assert running.stop() == 0


@pytest.fixture(scope="module")
def visitor(browser: Browser, product: Product) -> Iterator[Visitor]:
    """The owner's browser; it has gone through the set-up that the first start's link opens."""
    with Visitor.arriving(browser, product.url) as owner:
        owner.set_up(product)
        yield owner
