"""Whatever is pushed, the check refuses it by name or the parser reads it within its limits."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import change, standard

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
TEXT = st.text(max_size=600) | ANYTHING
LABELS = st.dictionaries(st.text(max_size=5) | st.just("host"), TEXT, max_size=5) | ANYTHING
PUSHES = st.fixed_dictionaries(
    {},
    optional={
        "title_rule": TEXT | st.sampled_from(["[TPL]${host}", "$host::$b", "[TPL]{{x}}"]),
        "event_status": st.sampled_from(["Critical", "Info", "Ok"]) | ANYTHING,
        "change_status": st.sampled_from(["Ready", "Done"]) | ANYTHING,
        "change_key": TEXT,
        "title": TEXT,
        "alert_key": TEXT,
        "event_time": st.integers(-1, 2**70) | ANYTHING,
        "description": TEXT,
        "labels": LABELS,
        "images": st.lists(st.fixed_dictionaries({"src": TEXT, "alt": TEXT})) | ANYTHING,
    },
)


@given(PUSHES)
def test_an_alert_that_passes_the_check_is_read_within_its_limits(sent: dict[str, Any]) -> None:
    body = json.dumps(sent, ensure_ascii=True).encode()
    try:
        key = standard.check(body)
    except InvalidParameter:
        return
    event = standard.parse(body, key or "made", 1)
    assert 0 < len(event.title) <= 512
    assert "\0" not in f"{event.title}{event.description}{event.labels}"
    assert event.happened_at > 0
    assert all(image.src.startswith(("http://", "https://", "img_")) for image in event.images)


@given(PUSHES | ANYTHING)
def test_a_change_is_refused_by_name_or_read(sent: Any) -> None:
    body = json.dumps(sent, ensure_ascii=True).encode()
    try:
        key = change.check(body)
    except InvalidParameter:
        return
    event = change.parse(body, 1)
    assert event.change_key == key
    assert 0 < len(event.title) <= 512
