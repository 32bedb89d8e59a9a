"""Browser, system and kind of device, as rules and lists of issues know them."""

import pytest

from tocsin.domain.user_agent import browser, device, system

MOZILLA = "Mozilla/5.0"


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("(Windows NT 10.0; Win64) Chrome/142.0 Safari/537.36", ("Chrome", "Windows", "desktop")),
        (
            "(Macintosh; Intel Mac OS X 14) Version/17.0 Safari/605",
            ("Safari", "Mac OS X", "desktop"),
        ),
        ("(iPhone; CPU iPhone OS 17 like Mac OS X) CriOS/142 Mobile", ("Chrome", "iOS", "mobile")),
        ("(Linux; Android 14; SM-X710) Chrome/142.0 Safari", ("Chrome", "Android", "tablet")),
        ("(Linux; Android 14; Pixel) Chrome/142.0 Mobile Safari", ("Chrome", "Android", "mobile")),
        ("(X11; Linux x86_64) Firefox/130.0", ("Firefox", "Linux", "desktop")),
        ("(compatible; Googlebot/2.1; +http://www.google.com/bot.html)", ("", "", "bot")),
        ("", ("", "", "")),
    ],
)
def test_a_user_agent_tells_what_it_runs_on(agent: str, expected: tuple[str, str, str]) -> None:
    said = f"{MOZILLA} {agent}" if agent else ""
    assert (browser(said)[0], system(said), device(said)) == expected
