"""Names of files, and what a frame says of the map it lacks."""

import pytest
from msgspec.structs import replace

from tests.errors import crash
from tocsin.domain.artifact import candidates, normal, sibling
from tocsin.domain.error_event import ErrorEvent, Frame, Thrown
from tocsin.domain.frame import contribution
from tocsin.domain.retracing import (
    Origin,
    Unmapped,
    as_it_ran,
    explained,
    is_retraced,
    retraced,
    short,
)

FRAME = Frame(function="a", filename="https://x/app.js", line=1, column=24)
ORIGIN = Origin("total", "webpack:///./src/cart.ts", 2, 15, "  return x;")


def script(*frames: Frame, **more: object) -> ErrorEvent:
    event = crash("1", 1, platform="javascript", exceptions=(Thrown("E", frames=frames),))
    return replace(event, **more)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://x/a/app.js?v=1#top", ("https://x/a/app.js", "~/a/app.js")),
        ("/a/app.js", ("~/a/app.js",)),
        ("~/a/app.js", ("~/a/app.js",)),
        ("app:///main.js", ("~/main.js",)),
        ("https://x/", ()),
        ("https://[x/app.js", ()),
        ("", ()),
    ],
)
def test_a_file_is_looked_for_by_its_url_and_then_on_any_host(
    url: str, found: tuple[str, ...]
) -> None:
    assert candidates(url) == found


def test_a_map_is_named_beside_its_file() -> None:
    assert sibling("~/assets/app.js", "app.js.map") == "~/assets/app.js.map"
    assert sibling("~/assets/app.js", "../maps/app.js.map?v=1") == "~/maps/app.js.map"
    assert sibling("https://x/a/app.js", "app.js.map") == "https://x/a/app.js.map"
    assert normal("assets/app.js") == "~/assets/app.js"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("webpack:///./src/cart.ts", "src/cart.ts"),
        ("webpack://shop/./src/cart.ts?1a2b", "src/cart.ts"),
        ("../../src/cart.ts", "src/cart.ts"),
        ("https://x/src/cart.ts", "src/cart.ts"),
        ("cart.ts", "cart.ts"),
        ("/", "/"),
    ],
)
def test_a_source_is_shown_without_what_bundlers_put_before_it(source: str, shown: str) -> None:
    assert short(source) == shown


def test_an_event_led_back_can_be_told_as_it_ran_again() -> None:
    event = script(FRAME)
    told = retraced(event, lambda _: ORIGIN)
    assert is_retraced(told)
    assert told.exceptions[0].frames[0].function == "total"
    assert retraced(told, lambda _: Unmapped("asked again")) == told
    assert as_it_ran(told) == event
    assert retraced(event, lambda _: None) is event


def test_packages_of_others_are_not_in_app() -> None:
    origin = replace(ORIGIN, source="webpack:///./node_modules/left-pad/index.js")
    told = retraced(script(FRAME), lambda _: origin)
    assert not told.exceptions[0].frames[0].in_app
    assert as_it_ran(told) == script(FRAME)


def test_only_an_anonymous_call_is_grouped_by_its_line_of_code() -> None:
    def said(function: str) -> str:
        told = retraced(script(FRAME), lambda _: replace(ORIGIN, function=function))
        return contribution(told.exceptions[0].frames[0], "javascript")

    assert said("total") == "cart.ts total"
    assert said("") == "cart.ts return x;"


def test_a_frame_says_what_was_looked_for() -> None:
    def said(frame: Frame, **more: object) -> str:
        return explained(script(frame, **more)).exceptions[0].frames[0].unmapped

    named = replace(FRAME, debug_id="0" * 32)
    assert said(named, version="1", dist="7") == (
        f"No source map was uploaded for debug id {'0' * 32}, then for https://x/app.js or ~/app.js"
        " with release 1, dist 7."
    )
    assert "with no release, as the event names none, no dist" in said(FRAME)
    assert said(replace(FRAME, column=0)).startswith("The frame has no column")
    assert said(replace(FRAME, unmapped="it was broken")) == "it was broken"


def test_what_is_no_script_or_shows_its_code_is_left_alone() -> None:
    python = crash("1", 1)
    assert explained(python) is python
    node = script(replace(FRAME, context_line="return x;"))
    assert explained(node) is node
