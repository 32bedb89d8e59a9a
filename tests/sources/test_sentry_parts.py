"""An event read in parts comes to the same as one read whole, whatever is in it."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.sources.sentry_event import Sent, error_event
from tocsin.sources.sentry_parts import parts
from tocsin.sources.sentry_stack import PlainThrown
from tocsin.sources.source import Unreadable, parse_object

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**12), st.text(max_size=5), st.just([]), st.just({})
)


def some(**plain: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object that has some of these, now and then junk in their place."""
    return st.fixed_dictionaries(
        {}, optional={name: st.one_of(value, value, value, JUNK) for name, value in plain.items()}
    )


FRAME = some(
    function=st.sampled_from(["pay", "x" * 1100, "naïve"]),
    filename=st.sampled_from(["shop/cart.py", "node_modules/a.js"]),
    lineno=st.integers(-1, 9),
    in_app=st.booleans(),
    context_line=st.sampled_from(["pay()", "y" * 600]),
    pre_context=st.lists(st.sampled_from(["a", "b"]), max_size=12),
    vars=st.dictionaries(st.text(max_size=2), JUNK, max_size=2),
)
STACK = some(frames=st.lists(FRAME, max_size=4))
THROWN = some(
    type=st.sampled_from(["KeyError", "T" * 1100]),
    value=st.sampled_from(["no", "v" * 9000, "\x00"]),
    mechanism=some(handled=st.booleans(), type=st.sampled_from(["excepthook", "generic"])),
    stacktrace=STACK,
    raw_stacktrace=STACK,
)
EVENT = some(
    exception=st.one_of(some(values=st.lists(THROWN, max_size=3)), st.lists(THROWN), THROWN),
    level=st.sampled_from(["fatal", "info"]),
    tags=st.dictionaries(st.text(max_size=3), JUNK, max_size=3),
    user=some(id=st.text(max_size=3), email=st.text(max_size=3)),
    breadcrumbs=JUNK,
    logentry=some(message=st.text(max_size=4), formatted=st.text(max_size=4)),
)


@given(EVENT)
def test_what_is_left_out_makes_no_difference(event: dict[str, Any]) -> None:
    raw, sent = json.dumps(event).encode(), Sent(1_800_000_000_000, "e")
    assert error_event(parts(raw), sent) == error_event(parse_object(raw, "x"), sent)


def test_plain_exceptions_are_read_without_what_is_not_used() -> None:
    frames = [{"function": "pay", "vars": {"big": "x" * 1000}}]
    event = {"exception": {"values": [{"type": "E", "stacktrace": {"frames": frames}}]}, "extra": 1}
    found = parts(msgspec.json.encode(event))
    assert set(found) == {"exception"}
    (thrown,) = found["exception"]
    assert isinstance(thrown, PlainThrown)


@pytest.mark.parametrize("raw", [b"[]", b"{", b'{"a": 1', b"7"])
def test_what_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="the event"):
        parts(raw)
