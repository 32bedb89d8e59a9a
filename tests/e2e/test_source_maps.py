"""A page that a bundler minified crashes in a browser, and people read the code they wrote."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.crashing import pages, visiting
from tests.e2e.product import Product, eventually
from tests.tools import need_bundler, need_packages, need_sentry_cli

pytestmark = pytest.mark.slow

BASKET = """\
interface Basket { items?: { price: number }[]; owner: string }

export function countItems(basket: Basket): number {
  // The cause: a basket may come without items.
  return basket.items!.length;
}
"""
MAIN = """\
import * as Sentry from "@sentry/browser";
import { countItems } from "./basket";

const query = new URLSearchParams(location.search);
Sentry.init({ dsn: query.get("dsn")!, release: query.get("release")! });

function showBasket(basket: { owner: string }): void {
  document.title = `${basket.owner}: ${countItems(basket)}`;
}
setTimeout(() => showBasket({ owner: "Alice" }), 50);
"""
OTHER = """\
export function greet(first: string, last: string): string {
  return [first, last].filter((name) => name !== "").join(" ").toUpperCase();
}
"""


def build(folder: Path, *, is_next: bool = False) -> None:
    """Bundle the page; the next build has more code and so other short names."""
    source = folder / "src"
    source.mkdir(exist_ok=True)
    (source / "basket.ts").write_text(BASKET)
    main = MAIN
    if is_next:
        (source / "greet.ts").write_text(OTHER)
        main = 'import { greet } from "./greet";\nconsole.log(greet("a", "b"));\n' + MAIN
    (source / "main.ts").write_text(main)
    command = ("src/main.ts", "--bundle", "--minify", "--sourcemap", "--outfile=dist/app.js")
    done = subprocess.run(
        [str(need_bundler()), *command], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    (folder / "index.html").write_text('<!doctype html><script src="/dist/app.js"></script>')


def upload(product: Product, program: Path, folder: Path, project: str, release: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "SENTRY_URL": product.url,
        "SENTRY_AUTH_TOKEN": product.key,
        "SENTRY_ORG": str(product.post("/account/info")["account_id"]),
        "SENTRY_PROJECT": project,
    }
    command = ("sourcemaps", "upload", "--release", release, "--wait", "--url-prefix", "~/dist")
    done = subprocess.run(
        [str(program), *command, "dist"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("generation", "is_injected"), [(2, False), (3, True)])
def test_a_minified_page_shows_its_source_and_stays_one_issue_from_build_to_build(
    product: Product, tmp_path: Path, generation: int, is_injected: bool
) -> None:
    need_packages()
    program = need_sentry_cli(generation)
    wish = {"application_name": f"page {generation}", "type": "browser", "team_id": 0}
    application = product.post("/rum/application/create", wish)
    application_id = application["application_id"]
    with pages(tmp_path) as origin:
        for count, release in enumerate(("1.0", "1.1"), 1):
            build(tmp_path, is_next=count == 2)
            if is_injected:
                subprocess.run([program, "sourcemaps", "inject", "dist"], cwd=tmp_path, check=True)
            upload(product, program, tmp_path, application_id, release)
            named = "unnamed" if is_injected else release
            query = {"dsn": application["dsn"], "release": named}
            with visiting(f"{origin}/index.html", **query):
                issue = counted(product, application_id, count)
            frames = stack(product, issue)
            assert frames[-1]["filename"] == "src/basket.ts"
            assert (frames[-1]["function"], frames[-1]["line"]) == ("countItems", 5)
            assert frames[-1]["context_line"] == "  return basket.items!.length;"
            assert frames[-2]["function"] == "showBasket"
            assert frames[-1]["minified"]["filename"] == f"{origin}/dist/app.js"


def counted(product: Product, application_id: str, count: int) -> Any:
    """The one issue of an application, once it was seen so often."""

    def look() -> Any:
        return [each for each in product.issues(application_id) if each["error_count"] >= count]

    eventually(look, f"an issue seen {count} times")
    (issue,) = product.issues(application_id)
    assert issue["error_count"] == count
    return issue


def stack(product: Product, issue: Any) -> list[Any]:
    """The frames of an issue's newest event, the oldest call first."""
    shown = product.post("/rum/issue/event/info", {"issue_id": issue["issue_id"]})
    return list(shown["exceptions"][-1]["frames"])
