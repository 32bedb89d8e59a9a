"""Every door against mangled bodies: a door refuses in its own words or takes what it can read."""

import json
from random import Random  # noqa: TID251 - a test's chances come from its seed
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from tests.sources.samples import SAMPLES, Sample
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.integration import Integration
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import Failure
from tocsin.sources.door import Kept, Knock
from tocsin.sources.push import DESCRIPTION_MAX, KEY_MAX, LABELS_MAX

ROUNDS = 60
SENDER = Integration(1, 1, 0, 0, "Sender", 1, "x", 1, 0, 0)
HOSTILE: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        0,
        1e300,
        10**19,
        "",
        "\x00",
        "x" * 3000,
        "1767225600",
        "0001-01-01T00:00:00Z",
    ),
    *([], {}, [None], [[]], {"": ""}, {"a": {"b": [1]}}, "\ud7ff", "9999-12-31T23:59:59Z", "nan"),
)


def mangled(value: Any, rng: Random) -> Any:
    """The value with something in it replaced, left out or nested."""
    if rng.random() < 0.15:
        return rng.choice(HOSTILE)
    if isinstance(value, dict) and value:
        name = rng.choice(sorted(value))
        if rng.random() < 0.1:
            return {each: value[each] for each in value if each != name}
        return {**value, name: mangled(value[name], rng)}
    if isinstance(value, list) and value:
        place = rng.randrange(len(value))
        return [mangled(each, rng) if n == place else each for n, each in enumerate(value)]
    return value


def knock(sample: Sample, body: Any) -> Knock:
    text = body if isinstance(body, str) else json.dumps(body)
    parts = urlsplit(sample.path)
    return Knock(
        method=sample.method,
        path=parts.path or sample.door.path,
        query=dict(parse_qsl(parts.query)),
        headers=sample.headers,
        body=text.encode("utf-8", "replace"),
        segments=sample.segments or dict.fromkeys(("key", "type", "routing_key"), "k"),
        fresh=lambda: "fresh",
    )


def hold_to_limits(event: AlertEvent) -> None:
    """An event that the chain and both databases take."""
    assert len(event.alert_key) <= KEY_MAX
    assert 0 < len(event.title) <= 512
    assert len(event.description) <= DESCRIPTION_MAX
    assert len(event.labels) <= LABELS_MAX
    assert isinstance(event.status, EventStatus)
    assert 0 < event.happened_at < 1 << 62
    encoded = msgspec.json.encode(event)
    assert b"\\u0000" not in encoded


@pytest.mark.parametrize(
    "sample", SAMPLES, ids=[f"{n}-{one.door.path}" for n, one in enumerate(SAMPLES)]
)
def test_a_mangled_body_is_refused_or_read_and_never_breaks_a_door(sample: Sample) -> None:
    rng = Random(sample.door.path)
    for round_ in range(ROUNDS):
        body = sample.body if round_ == 0 else mangled(sample.body, rng)
        come = knock(sample, body)
        try:
            meta = sample.door.check(come, SENDER)
        except Failure:
            continue
        assert all(isinstance(value, str) for value in meta.values())
        try:
            reports = sample.door.read(Kept(come.body, meta, 1_767_225_600_000), SENDER)
        except (Failure, ValueError):
            continue
        for report in reports:
            if isinstance(report, AlertEvent):
                hold_to_limits(report)
