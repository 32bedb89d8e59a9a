"""Bodies of webhooks in a receiver's own shape."""

import json
from typing import Any

import pytest

from tocsin.domain import webhook_body
from tocsin.domain.webhook_body import RESULT_MAX, TooLarge, fill
from tocsin.kernel.errors import InvalidParameter

EVENT: dict[str, Any] = {
    "event_type": "i_new",
    "incident": {
        "num": 7,
        "title": 'Disk "full"',
        "labels": {"app.kubernetes.io/name": "db", "a": {"b": 1}, "a.b": 2},
        "responders": [{"email": "bob@acme.example"}, {"email": "eve@acme.example"}],
        "is_storm": False,
        "nothing": None,
    },
}


def filled(template: Any) -> Any:
    return json.loads(fill(json.dumps(template), json.dumps(EVENT).encode()))


@pytest.mark.parametrize(
    ("template", "body"),
    [
        ("{{incident.num}}", 7),
        ("{{ incident.num }}", 7),
        ("no {{incident.num}}!", "no 7!"),
        ("{{incident.responders}}", EVENT["incident"]["responders"]),
        ("{{incident.responders.1.email}}", "eve@acme.example"),
        ("{{incident.responders[0].email}}", "bob@acme.example"),
        ("{{incident.responders.2.email}}", "{{incident.responders.2.email}}"),
        ("{{incident.is_storm}}", False),
        ("{{incident.nothing}}", None),
        ("{{incident.title}} is {{nope}}", 'Disk "full" is {{nope}}'),
        ("{{incident.labels.app.kubernetes.io/name}}", "db"),
        ("{{incident.labels.a.b}}", 1),
        ({"a": ["{{event_type}}", 1, None, True]}, {"a": ["i_new", 1, None, True]}),
        ("{{}} {{ }} {{{event_type}}}", "{{}} {{ }} {i_new}"),
        ("{{event_type.x}}", "{{event_type.x}}"),
    ],
)
def test_a_variable_stands_for_what_the_event_holds(template: Any, body: Any) -> None:
    assert filled({"text": template}) == {"text": body}


def test_a_body_that_would_grow_without_bound_is_not_made() -> None:
    event = json.dumps({"big": "x" * 100_000}).encode()
    template = json.dumps(["{{big}}"] * (RESULT_MAX // 100_000 + 1))
    with pytest.raises(TooLarge):
        fill(template, event)


@pytest.mark.parametrize(
    "template", ["{", "{{incident.title}}", '"' + "x" * 40_000 + '"', "[" * 30_000]
)
def test_a_body_must_be_json_of_some_size(template: str) -> None:
    with pytest.raises(InvalidParameter, match="body"):
        webhook_body.check(template)
