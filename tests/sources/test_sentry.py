import base64
import json
import zlib
from collections import Counter
from typing import Any

import pytest
import sentry_sdk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.corpus import crash_envelope, recorded
from tocsin.domain.error_event import ErrorEvent, Frame, Thrown
from tocsin.sources.sentry import Arrival, Looked, look, read_envelope, read_store
from tocsin.sources.sentry_envelope import Header
from tocsin.sources.source import Reading, Unreadable

NOW = 1_772_788_899_000
HERE = Arrival(received_at=NOW, ip="192.0.2.7")


def one(payload: dict[str, Any], header: dict[str, Any] | None = None) -> ErrorEvent:
    body = b"\n".join(
        json.dumps(part).encode() for part in (header or {}, {"type": "event"}, payload)
    )
    reading = read_envelope(body, HERE)
    assert reading.rejected == []
    (read,) = reading.events
    return read.event


def lines(*parts: object) -> bytes:
    return b"\n".join(
        part if isinstance(part, bytes) else json.dumps(part).encode() for part in parts
    )


def test_a_real_python_crash_is_read_whole() -> None:
    reading = read_envelope(crash_envelope(), Arrival(received_at=NOW + 10**10))
    (read,) = reading.events
    event = read.event
    assert [thrown.type for thrown in event.exceptions] == ["KeyError", "ValueError"]
    assert event.exceptions[1].value == "no price for article 17"
    last = event.exceptions[1].frames[-1]
    assert (last.function, last.module) == ("crash", "tests.sources.corpus")
    assert last.context_line.strip().startswith("raise ValueError")
    assert (event.version, event.env, event.platform) == ("shop@1.4.2", "staging", "python")
    assert event.sdk.startswith("sentry.python")
    assert json.loads(read.raw)["event_id"] == event.event_id


def test_real_messages_sessions_and_reports_are_told_apart() -> None:
    def act(client: sentry_sdk.Client) -> None:
        sentry_sdk.capture_message("disk of {host} is full", level="warning")
        scope = sentry_sdk.get_isolation_scope()
        scope.start_session()
        scope.end_session()

    tallies: Counter[tuple[str, str]] = Counter()
    events = []
    for body in recorded(act, release="1", auto_session_tracking=False):
        reading = read_envelope(body, HERE)
        tallies += reading.tallies
        events += [read.event for read in reading.events]
    assert [(event.message, event.level) for event in events] == [
        ("disk of {host} is full", "warning")
    ]
    assert tallies["session", "exited"] == 1


def test_items_without_length_as_the_browser_sends_them_are_read() -> None:
    reading = read_envelope(
        lines(
            {"event_id": "a" * 32, "sent_at": "2026-03-06T09:21:39.000Z"},
            {"type": "client_report"},
            {
                "discarded_events": [
                    {"reason": "ratelimit_backoff", "category": "error", "quantity": 3},
                    {"reason": "made up", "category": 5, "quantity": 1},
                ]
            },
            {"type": "sessions"},
            {"aggregates": [{"started": "2026-03-06T09:21:00Z", "exited": 4, "crashed": 1}]},
            {"type": "transaction"},
            {},
            {"type": "something_new", "length": 3},
            b"a\nb",
            {"type": "attachment", "length": 0},
            b"",
            {"type": "event"},
            {"message": "hello"},
        ),
        HERE,
    )
    assert reading.rejected == []
    assert reading.tallies == {
        ("discarded", "ratelimit_backoff/error"): 3,
        ("discarded", "other/other"): 1,
        ("session", "started"): 5,
        ("session", "exited"): 4,
        ("session", "crashed"): 1,
        ("skipped", "transaction"): 1,
        ("skipped", "unknown"): 1,
        ("item", "attachment"): 1,
    }
    assert [read.event.event_id for read in reading.events] == ["a" * 32]


@pytest.mark.parametrize("body", [b"{}", b"{}\n", b'{"dsn":"x"}\n\n\n'])
def test_an_envelope_without_items_is_legal(body: bytes) -> None:
    assert read_envelope(body, HERE) == Reading()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{}\n{"type":"event","length":99}\n{}', "item 1 ends before its 99 bytes"),
        (b'{}\n{"type":"event","length":1}\n{}', "item 1 goes on after its 1 bytes"),
        (b'{}\n{"type":"event","length":-1}\n{}', "the length of item 1 is not a count of bytes"),
        (b'{}\n{"type":"event","length":"2"}\n{}', "the length of item 1 is not a count of bytes"),
        (b"{}\nnonsense\n", "the header of item 1 is not valid JSON"),
        (b"{}\n" + b"x" * 20_000, "the header of item 1 is longer than 16384 bytes"),
        (b'{}\n{"type":"event"}\nnonsense', "the event is not valid JSON"),
        (b'{}\n{"type":"event"}\n[]', "the event is not a JSON object"),
    ],
)
def test_a_broken_part_is_kept_as_rejected_with_its_reason(body: bytes, reason: str) -> None:
    reading = read_envelope(body, HERE)
    assert [rejected.reason for rejected in reading.rejected] == [reason]
    assert reading.events == []


def test_items_before_a_broken_one_are_kept() -> None:
    reading = read_envelope(b'{}\n{"type":"event"}\n{"message":"kept"}\n{"length":7}\nx', HERE)
    assert [read.event.message for read in reading.events] == ["kept"]
    assert len(reading.rejected) == 1


@pytest.mark.parametrize("body", [b"", b"nonsense\n", b"[]\n", b"\xff\n", b"[" * 100_000])
def test_a_header_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_envelope(body, HERE)


def test_the_envelopes_id_wins_and_dashes_go() -> None:
    dashed = "01234567-89AB-cdef-0123-456789abcdef"
    assert (
        one({"event_id": "b" * 32}, {"event_id": dashed}).event_id
        == dashed.replace("-", "").lower()
    )
    assert one({"event_id": "b" * 32}, {"event_id": 5}).event_id == "b" * 32


def test_an_event_without_an_id_gets_the_same_one_each_time() -> None:
    made = one({"message": "x"}).event_id
    assert len(made) == 32
    assert made == one({"message": "x"}).event_id != one({"message": "y"}).event_id


def test_a_second_event_and_a_huge_one_are_rejected() -> None:
    event = {"type": "event"}
    huge = {"message": "x" * 1_100_000}
    reading = read_envelope(lines({}, event, huge, event, {"message": "1"}, event, {}), HERE)
    assert [rejected.reason for rejected in reading.rejected] == [
        "the event is larger than 1048576 bytes",
        "an envelope may hold one event",
    ]
    assert len(reading.events) == 1


@pytest.mark.parametrize(
    ("types", "is_limited"),
    [([], False), (["client_report", "session"], False), (["session", "event"], True)],
)
def test_a_limit_speaks_of_errors_only(types: list[str], is_limited: bool) -> None:
    parts = [part for name in types for part in ({"type": name}, {})]
    assert look(lines({"event_id": "a" * 32}, *parts)) == Looked(Header("a" * 32), is_limited)
    assert look(b"{}\nbroken").is_limited


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ((NOW - 5000) / 1000, NOW - 5000),
        ("2026-03-06T09:21:38.5Z", NOW - 500),
        ("2026-03-06T09:21:38", NOW - 1000),
        ("2026-03-06T10:21:38+01:00", NOW - 1000),
        (str((NOW - 5000) // 1000) + ".0", NOW - 5000),
        ("yesterday at noon", NOW),
        ({"a": 1}, NOW),
        (True, NOW),
        (-4, NOW),
        (1e300, NOW),
        ("0001-01-01T00:00:00+23:59", NOW),
        (NOW / 1000 + 3600, NOW),
        (NOW / 1000 - 90 * 86400, NOW),
    ],
)
def test_timestamps_of_all_kinds_are_ms_and_nonsense_is_the_arrival(
    stamp: Any, expected: int
) -> None:
    assert one({"timestamp": stamp}).occurred_at == expected


def test_a_clock_an_hour_off_is_corrected_by_sent_at() -> None:
    event = one({"timestamp": "2026-03-06T08:21:29Z"}, {"sent_at": "2026-03-06T08:21:39Z"})
    assert event.occurred_at == NOW - 10_000


@pytest.mark.parametrize("wrap", [lambda x: {"values": x}, lambda x: x, lambda x: x[0]])
def test_exceptions_come_in_three_forms(wrap: Any) -> None:
    thrown = [
        {"type": "E", "value": 5, "stacktrace": {"frames": [{"function": "f", "lineno": "7"}]}}
    ]
    assert one({"exception": wrap(thrown)}).exceptions == (
        Thrown("E", "5", (Frame(function="f", line=7),)),
    )


def test_a_frame_reads_the_same_beside_a_junky_one() -> None:
    plain = {
        "function": None,
        "raw_function": "f",
        "package": "p",
        "abs_path": "/x/site-packages/y.py",
        "lineno": 7,
        "colno": None,
        "context_line": "  x = 1",
        "pre_context": ["a", "b"],
        "post_context": [],
        "vars": {"x": "1"},
    }
    junky = plain | {"function": ["not", "a", "name"], "pre_context": [None] * 20}
    (thrown,) = one({"exception": [{"type": "E", "stacktrace": {"frames": [plain]}}]}).exceptions
    (mixed,) = one(
        {"exception": [{"type": "E", "stacktrace": {"frames": [plain, junky, 7]}}]}
    ).exceptions
    assert thrown.frames == mixed.frames[:1]
    assert (mixed.frames[1].function, len(mixed.frames[1].pre_context)) == ("f", 10)
    assert (thrown.frames[0].in_app, thrown.frames[0].pre_context) == (False, ("a", "b"))


def test_a_synthetic_exception_has_no_type_and_says_so() -> None:
    event = one(
        {
            "message": "m",
            "exception": {
                "values": [{"value": "m", "mechanism": {"synthetic": True, "handled": True}}]
            },
        }
    )
    assert event.exceptions == (Thrown(value="m", synthetic=True),)


def test_a_crashed_threads_stack_is_used_where_no_exception_has_one() -> None:
    threads = [
        {"id": 1, "current": True, "stacktrace": {"frames": [{"function": "main"}]}},
        {"id": 2, "crashed": True, "stacktrace": {"frames": [{"function": "worker"}]}},
    ]
    (thrown,) = one({"exception": [{"type": "SIGSEGV"}], "threads": {"values": threads}}).exceptions
    assert (thrown.type, thrown.frames[0].function) == ("SIGSEGV", "worker")
    (bare,) = one({"message": "stuck", "stacktrace": [{"function": "main"}]}).exceptions
    assert (bare.type, bare.value, bare.synthetic) == ("", "stuck", True)


def test_the_template_of_a_log_message_is_kept_beside_it() -> None:
    event = one(
        {"logentry": {"message": "disk %s full", "formatted": "disk a full", "params": ["a"]}}
    )
    assert (event.message, event.message_template) == ("disk a full", "disk %s full")
    assert one({"message": {"message": "m"}}).message == "m"


@pytest.mark.parametrize(
    "tags",
    [
        {"a": "1", "b": True, "n": None},
        [["a", 1], ["b", True], ["c"], 7],
        [{"key": "a", "value": "1"}, {"key": "b", "value": True}],
    ],
)
def test_tags_come_as_object_or_as_pairs(tags: Any) -> None:
    assert one({"tags": tags}).tags == {"a": "1", "b": "true"}


def test_an_address_to_be_filled_in_is_the_connections() -> None:
    assert one({"user": {"ip_address": "{{auto}}"}}).user_id == "192.0.2.7"
    assert one({"user": {"id": 42, "ip_address": "{{auto}}"}}).user_id == "42"
    body = b'{}\n{"type":"event"}\n{"user":{"ip_address":"198.51.100.1"}}'
    (read,) = read_envelope(body, Arrival(received_at=NOW)).events
    assert read.event.user_id == ""


@pytest.mark.parametrize(
    ("payload", "is_crash"),
    [
        ({"level": "fatal"}, True),
        (
            {"exception": [{"type": "E", "mechanism": {"type": "excepthook", "handled": False}}]},
            True,
        ),
        ({"exception": [{"type": "E", "mechanism": {"type": "flask", "handled": False}}]}, False),
        ({"level": "error"}, False),
    ],
)
def test_what_ended_the_process_is_a_crash(payload: dict[str, Any], is_crash: bool) -> None:
    assert one(payload).is_crash is is_crash


def test_nan_lone_surrogates_and_nul_do_not_lose_the_event() -> None:
    body = (
        b'{}\n{"type":"event"}\n{"message":"a\\ud800b\\u0000c","x":NaN,"big":1e999,"level":"info"}'
    )
    (read,) = read_envelope(body, HERE).events
    assert (read.event.message, read.event.level) == ("a?bc", "info")


def test_a_legacy_body_is_json_or_packed_json() -> None:
    raw = b'{"message":"old","event_id":"%s"}' % (b"c" * 32)
    for body in (raw, base64.b64encode(zlib.compress(raw))):
        (read,) = read_store(body, HERE).events
        assert (read.event.message, read.event.event_id) == ("old", "c" * 32)
    with pytest.raises(Unreadable):
        read_store(b"???", HERE)
    (rejected,) = read_store(b"{1}", HERE).rejected
    assert (rejected.reason, rejected.excerpt) == ("the event is not valid JSON", "{1}")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = [
    "exception",
    "message",
    "logentry",
    "tags",
    "user",
    "request",
    "level",
    "timestamp",
    "event_id",
    "fingerprint",
    "sdk",
    "threads",
    "stacktrace",
    "contexts",
    "release",
    "environment",
    "platform",
    "checksum",
    "transaction",
    "type",
]


@given(junk=st.dictionaries(st.sampled_from(NAMES), json_values, min_size=1))
def test_junk_in_optional_parts_never_loses_the_event(junk: dict[str, Any]) -> None:
    if str(junk.get("type")).lower() in ("transaction", "feedback"):
        return
    junk["release"] = "kept"
    assert one(junk).version == "kept"


@given(part=st.sampled_from(["frames", "mechanism", "value", "type"]), junk=json_values)
def test_junk_within_an_exception_never_loses_the_event(part: str, junk: Any) -> None:
    thrown = {"type": "E", "stacktrace": {"frames": [{"function": "f"}, junk]}} | {part: junk}
    assert one({"exception": {"values": [junk, thrown]}, "release": "kept"}).version == "kept"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_mutated_envelopes_are_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(crash_envelope())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(body) - 1))
        match data.draw(st.sampled_from(["set", "cut", "drop", "insert", "repeat"])):
            case "set":
                body[at] = data.draw(st.integers(0, 255))
            case "cut":
                del body[at + 1 :]
            case "drop":
                del body[at : at + data.draw(st.integers(0, 40))]
                body = body or bytearray(b"x")
            case "insert":
                body[at:at] = data.draw(
                    st.sampled_from([b"\n", b"{", b"[" * 3000, b"\x00", b'"', b"\xff"])
                )
            case _:
                body[at:at] = body[at : at + 200]
    try:
        reading = read_envelope(bytes(body), HERE)
    except Unreadable:
        return
    for read in reading.events:
        assert len(read.event.event_id) == 32
        assert 0 < read.event.occurred_at <= NOW
