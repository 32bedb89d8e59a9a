import pytest

from tocsin.domain.error_event import Door, ErrorEvent, Frame, Thrown
from tocsin.domain.tracking import Untracked, untracked


def event(door: Door, source: str, *urls: str) -> ErrorEvent:
    frames = tuple(Frame(abs_path=url) for url in urls)
    return ErrorEvent("e", door, 1, 1, exceptions=(Thrown("E", "m", frames),), error_source=source)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (event(Door.RUM, "source", "http://h/a.js"), None),
        (event(Door.RUM, "console", "http://h/a.js"), None),
        (event(Door.RUM, "network", "http://h/a.js"), Untracked.SOURCE),
        (event(Door.RUM, "logger", "http://h/a.js"), Untracked.SOURCE),
        (event(Door.RUM, "custom"), Untracked.NO_STACK),
        (event(Door.RUM, "source", "moz-extension://x/c.js"), Untracked.EXTENSION),
        (event(Door.RUM, "source", "moz-extension://x/c.js", "http://h/a.js"), None),
        (event(Door.SENTRY, ""), None),
        (event(Door.SENTRY, "", "chrome-extension://x/c.js"), Untracked.EXTENSION),
    ],
)
def test_only_errors_of_the_pages_own_code_are_tracked(
    given: ErrorEvent, reason: Untracked | None
) -> None:
    assert untracked(given) is reason
