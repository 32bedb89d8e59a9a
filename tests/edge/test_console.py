"""The console's pages: what is served where, by which headers, and that nothing is shadowed."""

from pathlib import Path

import pytest

from tests.server import Server
from tocsin.edge import console

HTML = {"Accept": "text/html,*/*"}
SCRIPT = "console.log('hello')\n" * 200


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A console that was built, and a file beside it that is nobody's business."""
    folder = tmp_path / "console_assets"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Tocsin</title>")
    (folder / "assets" / "main-abc123.js").write_text(SCRIPT)
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / ".sources").write_text("secret")
    (tmp_path / "outside.js").write_text("secret")
    monkeypatch.setattr(console, "ASSETS", folder)
    return folder


def test_pages_and_their_parts_are_served_strictly(server: Server) -> None:
    for path in ("/", "/incidents", "/incident/0123456789abcdef01234567"):
        page = server.request("GET", path, headers=HTML)
        assert (path, page.status_code, page.headers["cache-control"]) == (path, 200, "no-cache")
        rules = dict(
            rule.strip().split(" ", 1)
            for rule in page.headers["content-security-policy"].split(";")
        )
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == "'self'", "no inline script, no other host"
        assert rules["style-src"] == "'self'", "no inline style either"
        assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["x-content-type-options"] == "nosniff"
    script = server.request("GET", "/assets/main-abc123.js")
    assert script.text == SCRIPT
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] in ("br", "gzip")
    again = server.request("GET", "/manifest.webmanifest", headers={"If-None-Match": _tag(server)})
    assert again.status_code == 304


def _tag(server: Server) -> str:
    return server.request("GET", "/manifest.webmanifest").headers["etag"]


def test_it_hides_no_address_of_the_api_and_shows_no_other_file(server: Server) -> None:
    for path in ("/-/none", "/api/none", "/event/push/none", "/docs/none", "/none.js"):
        assert server.request("GET", path, headers=HTML).json()["error"]["code"] == "RouteNotFound"
    assert server.request("GET", "/none").status_code == 404, "a program is told so"
    assert server.post("/none").code == "RouteNotFound"
    assert server.request("GET", "/member/list", headers=HTML).json()["error"]
    for path in ("/.sources", "/assets/../../outside.js", "/assets/%2e%2e/%2e%2e/outside.js"):
        assert "secret" not in server.request("GET", path, headers=HTML).text


def test_where_nothing_is_built_it_says_how(server: Server, built: Path) -> None:
    for path in (path for path in built.rglob("*") if path.is_file()):
        path.unlink()
    server.restart()
    page = server.request("GET", "/", headers=HTML)
    assert page.status_code == 200
    assert "make console" in page.text
