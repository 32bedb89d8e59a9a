"""Foreign payloads are made to fit our limits instead of being refused."""

import pytest

from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload


def test_odd_label_names_are_spelled_as_prometheus_would() -> None:
    found = payload.labels({"app.kubernetes.io/name": "web", "9th": 1, "empty": "", "list": []})
    assert found == {"app_kubernetes_io_name": "web", "_9th": "1"}


def test_of_too_many_labels_the_first_are_kept_and_the_first_value_of_a_name_wins() -> None:
    found = payload.labels({"a": "first"}, {"a": "second", **{f"l{n}": "x" for n in range(99)}})
    assert (len(found), found["a"]) == (50, "first")


def test_a_key_too_long_becomes_one_of_its_own_that_stays_the_same() -> None:
    assert payload.key("a", "", None, 7) == "a/7"
    long = payload.key("x" * 300)
    assert len(long) == 64
    assert long == payload.key("x" * 300) != payload.key("x" * 301)


def test_an_event_is_cut_and_never_without_a_title() -> None:
    made = payload.event("k", EventStatus.INFO, " \n", 5, description="d" * 9_999)
    assert (made.title, len(made.description)) == (payload.UNTITLED, 2048)
    assert len(payload.event("k", EventStatus.INFO, "t" * 999, 5).title) == 512


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"a":', b"7"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidParameter):
        payload.json_object(body)


def test_text_with_nul_and_bad_bytes_becomes_text_a_database_keeps() -> None:
    assert payload.plain(b" a\x00\xffb ") == "a\ufffdb"
