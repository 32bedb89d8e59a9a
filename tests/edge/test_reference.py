"""The reference page is served whole, from this server alone."""

import re

from tests.server import Server


def test_the_reference_is_one_page_from_here_alone(server: Server) -> None:
    page = server.request("GET", "/docs")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    links = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    assert links
    for link in links:
        found = server.request("GET", f"/{link}")
        assert found.status_code == 200, link


def test_beside_it_nothing_is_served(server: Server) -> None:
    for path in ("/docs/none.js", "/docs/../reference.py", "/docsx"):
        assert server.request("GET", path).json()["error"]["code"] == "RouteNotFound"
