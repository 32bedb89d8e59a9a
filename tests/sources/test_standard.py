import json

import pytest

from tocsin.domain.alert_event import Image
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import standard


def body(**fields: object) -> bytes:
    return json.dumps({"title_rule": "Disk full", "event_status": "Critical", **fields}).encode()


def refused(**fields: object) -> str:
    with pytest.raises(InvalidParameter) as failure:
        standard.check(body(**fields))
    return failure.value.message()


def test_a_full_push_becomes_an_event_with_its_instant_in_ms() -> None:
    event = standard.parse(
        body(
            alert_key="k",
            event_time=1_700_000_000,
            description="90 %",
            labels={"host": "db1"},
            images=[{"src": "https://x/y.png", "alt": "graph"}],
            unknown=1,
        ),
        "k",
        5,
    )
    assert event.alert_key == "k"
    assert event.status is EventStatus.CRITICAL
    assert event.happened_at == 1_700_000_000_000
    assert event.labels == {"host": "db1"}
    assert event.images == (Image("https://x/y.png", alt="graph"),)


def test_without_a_key_the_caller_is_told_to_make_one_and_the_time_is_the_arrival() -> None:
    assert standard.check(body()) == ""
    event = standard.parse(body(), "made-for-you", 1_234)
    assert (event.alert_key, event.happened_at) == ("made-for-you", 1_234)


def test_senders_that_write_title_are_understood() -> None:
    assert standard.parse(body(title_rule=None, title="Down"), "k", 0).title == "Down"


def test_an_ok_must_say_what_recovered() -> None:
    assert "alert_key is required" in refused(event_status="Ok")
    assert standard.check(body(event_status="Ok", alert_key="k")) == "k"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title_rule": " "}, "title_rule is required"),
        ({"event_status": None}, "event_status is required"),
        ({"event_status": "critical"}, "event_status must be"),
        ({"alert_key": "k" * 256}, "at most 255"),
        ({"alert_key": 7}, "alert_key"),
        ({"event_time": -1}, "seconds since 1970"),
        ({"event_time": 1_700_000_000_000}, "seconds since 1970"),
        ({"labels": {f"l{n}": "" for n in range(51)}}, "at most 50"),
        ({"labels": {"not-a-name": ""}}, "not-a-name"),
        ({"labels": {"l" * 129: ""}}, "128"),
        ({"labels": {"l": 1}}, "labels"),
        ({"images": "x"}, "images"),
    ],
)
def test_what_can_never_become_an_event_is_refused_by_name(
    fields: dict[str, object], said: str
) -> None:
    assert said in refused(**fields)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b'{"title":"\xff"}', b"[" * 9_999])
def test_what_is_not_a_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidParameter):
        standard.check(raw)


def test_what_is_too_long_is_cut_and_images_without_a_usable_source_are_left_out() -> None:
    event = standard.parse(
        body(
            title_rule="t" * 600,
            description="d" * 3000,
            labels={"l": "v" * 3000, "n": None},
            images=[
                {"src": "ftp://x"},
                {"alt": "none"},
                {"src": "https://" + "x" * 256},
                {"src": "img_1", "alt": "a" * 200, "href": "h" * 300},
            ],
        ),
        "k",
        0,
    )
    assert len(event.title) == len(event.title_rule) == 512
    assert len(event.description) == len(event.labels["l"]) == 2048
    assert event.labels["n"] == ""
    assert event.images == (Image("img_1", href="h" * 256, alt="a" * 128),)


def test_a_nul_that_no_database_keeps_is_dropped() -> None:
    event = standard.parse(body(title_rule="a\0b", labels={"l": "\0v"}), "k", 0)
    assert (event.title, event.labels) == ("ab", {"l": "v"})
