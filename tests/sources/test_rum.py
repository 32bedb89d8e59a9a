import json
import zlib
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.error_event import Door, Frame
from tocsin.domain.stack.javascript import frames
from tocsin.sources.rum import forwarded, lines_of, read_lines
from tocsin.sources.source import Reading, Unreadable

NOW = 1_772_788_899_000
QUERY = {
    "ddsource": "browser",
    "ddtags": "sdk_version:0.0.2,api:fetch-keepalive,env:production,service:shop-web,version:1.4.2",
    "dd-api-key": "token",
    "dd-evp-origin": "browser",
    "batch_time": str(NOW - 200),
}
STACK = (
    "TypeError: Cannot read properties of undefined (reading 'total')\n"
    "  at inner @ http://host/app.js:8:29\n"
    "  at outer(1, 2) @ http://host/app.js:5:3\n"
    "  at <anonymous> @ http://host/app.js:9"
)
ERROR: dict[str, Any] = {
    "type": "error",
    "date": NOW - 1500,
    "application": {"id": "app"},
    "session": {"id": "s-1", "type": "user"},
    "view": {"id": "v", "url": "http://host/cart", "name": "cart"},
    "usr": {"id": "u-1", "anonymous_id": "a-1"},
    "service": "shop-web",
    "version": "1.4.2",
    "context": {"cart": 3, "deep": {"not": "a tag"}},
    "error": {
        "id": "01234567-89ab-cdef-0123-456789abcdef",
        "message": "Cannot read properties of undefined (reading 'total')",
        "type": "TypeError",
        "source": "source",
        "handling": "unhandled",
        "source_type": "browser",
        "stack": STACK,
        "causes": [
            {"message": "near", "type": "E1", "stack": "E1: near\n at a @ x.js:1:1"},
            {"message": "far", "type": "E2"},
        ],
    },
}


def read(*events: object) -> Reading:
    body = b"\n".join(e if isinstance(e, bytes) else json.dumps(e).encode() for e in events)
    return read_lines(body, QUERY, NOW)


def test_an_error_line_is_read_whole() -> None:
    (found,) = read(ERROR).events
    event = found.event
    assert event.door is Door.RUM
    assert event.event_id == "0123456789abcdef0123456789abcdef"
    assert (event.service, event.env, event.version) == ("shop-web", "production", "1.4.2")
    assert (event.session_id, event.user_id, event.url) == ("s-1", "u-1", "http://host/cart")
    assert event.occurred_at == NOW - 1500
    assert [thrown.type for thrown in event.exceptions] == ["E2", "E1", "TypeError"]
    assert event.exceptions[-1].handled is False
    assert event.exceptions[-1].frames == (
        Frame(filename="http://host/app.js", abs_path="http://host/app.js", line=9),
        Frame("outer", "", "http://host/app.js", "http://host/app.js", 5, 3),
        Frame("inner", "", "http://host/app.js", "http://host/app.js", 8, 29),
    )
    assert event.tags == {"cart": "3", "deep.not": "a tag"}
    assert (event.error_source, event.is_crash, event.platform) == ("source", False, "javascript")
    assert event.sdk == "rum.browser/0.0.2"
    assert json.loads(found.raw) == ERROR


def test_a_clock_that_is_off_is_corrected_by_the_batchs_time() -> None:
    query = QUERY | {"batch_time": str(NOW - 3_600_000)}
    line = json.dumps(ERROR | {"date": NOW - 3_601_500}).encode()
    (found,) = read_lines(line, query, NOW).events
    assert found.event.occurred_at == NOW - 1500


def test_an_error_may_name_its_fingerprint_crash_and_resource() -> None:
    error = {
        "message": "m",
        "source": "network",
        "fingerprint": "mine",
        "is_crash": True,
        "resource": {"status_code": 502},
        "csp": {"disposition": "enforce"},
    }
    (found,) = read({"type": "error", "error": error, "source": "android"}).events
    event = found.event
    assert event.fingerprint == ("mine",)
    assert (event.is_crash, event.level, event.resource_status) == (True, "fatal", 502)
    assert (event.platform, event.tags) == ("java", {"csp.disposition": "enforce"})
    assert len(event.event_id) == 32
    assert event.occurred_at == NOW


def test_other_lines_are_counted_a_view_once_and_telemetry_is_dropped() -> None:
    reading = read(
        {"type": "view", "_dd": {"document_version": 1}},
        {"type": "view", "_dd": {"document_version": 2}},
        {"type": "resource"},
        {"type": "telemetry"},
        {"type": "news"},
        {"message": "a log line"},
    )
    assert reading.events == reading.rejected == []
    assert reading.tallies == {("item", "view"): 1, ("item", "resource"): 1, ("item", "unknown"): 2}


def test_a_broken_line_is_rejected_and_the_others_are_kept() -> None:
    reading = read(b"{nonsense", ERROR, b"[1]", {"type": "error"}, b"", b"\xff")
    assert [rejected.reason for rejected in reading.rejected] == [
        "a line is not valid JSON",
        "a line is not a JSON object",
        "an error line has no error object",
        "a line is not valid JSON",
    ]
    assert len(reading.events) == 1


def test_a_compressed_body_is_known_by_its_query_and_may_be_cut_short() -> None:
    query = QUERY | {"dd-evp-encoding": "deflate"}
    packer = zlib.compressobj()
    packed = packer.compress(json.dumps(ERROR).encode()) + packer.flush(zlib.Z_SYNC_FLUSH)
    for body in (packed, packed + packer.flush()):
        assert len(read_lines(lines_of(body, query), query, NOW).events) == 1
    assert lines_of(b"plain", QUERY) == b"plain"


def test_ddforward_is_a_packed_path_and_query() -> None:
    found = forwarded(f"/api/v2/rum?ddtags={quote('env:a,service:b')}&dd-api-key=t&batch_time=1")
    assert found.track == "rum"
    assert found.query == {"ddtags": "env:a,service:b", "dd-api-key": "t", "batch_time": "1"}


@pytest.mark.parametrize(
    "value", ["", "/api/v2/other?x=1", "http://evil/api/v1/rum", "//[", "&".join(["a=1"] * 99)]
)
def test_another_ddforward_is_refused(value: str) -> None:
    with pytest.raises(Unreadable):
        forwarded(value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("at fn @ https://h/a.js:1:2", ("fn", "https://h/a.js", 1, 2)),
        ("at fn (https://h/a.js:1:2)", ("fn", "https://h/a.js", 1, 2)),
        ("at https://h/a.js:1:2", ("", "https://h/a.js", 1, 2)),
        ("fn@https://h/a.js:1:2", ("fn", "https://h/a.js", 1, 2)),
        ("at com.shop.Cart.total(Cart.java:42)", ("com.shop.Cart.total", "Cart.java", 42, 0)),
        ("at async Cart.load @ https://h/a.js:3:4", ("Cart.load", "https://h/a.js", 3, 4)),
        ("at fn @ <anonymous>", ("fn", "<anonymous>", 0, 0)),
    ],
)
def test_a_line_of_each_engine_is_a_frame(line: str, expected: tuple[str, str, int, int]) -> None:
    (frame,) = frames(f"Error: x\n  {line}")
    assert (frame.function, frame.filename, frame.line, frame.column) == expected


def test_a_stack_of_no_known_form_keeps_its_lines_as_calls() -> None:
    stack = "NullError\n0   App   0x0000 main + 4\n1   App   0x0004 start + 8"
    assert [frame.function for frame in frames(stack)] == [
        "1   App   0x0004 start + 8",
        "0   App   0x0000 main + 4",
    ]


def test_an_extensions_frame_is_not_the_pages() -> None:
    (frame,) = frames("E: x\n at f @ chrome-extension://abc/content.js:1:1")
    assert frame.in_app is False


@given(st.text(alphabet="at @:/().0123456789fx\n<>", max_size=300))
def test_any_stack_text_is_read(stack: str) -> None:
    assert len(frames(stack)) <= 250


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda i: st.lists(i, max_size=3) | st.dictionaries(st.text(max_size=8), i, max_size=3),
    max_leaves=8,
)


@given(name=st.sampled_from([*ERROR, *ERROR["error"]]), junk=json_values)
def test_junk_in_optional_parts_never_loses_the_event(name: str, junk: Any) -> None:
    if name in ("type", "error"):
        return
    line = (
        ERROR | {name: junk} if name in ERROR else ERROR | {"error": ERROR["error"] | {name: junk}}
    )
    assert len(read(line).events) == 1
