"""The examples of the docs do what the docs say."""

import re
from pathlib import Path

import pytest

from tests.domain.test_event_template import SENDER
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.event_template import filled
from tocsin.domain.severity import EventStatus

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| `(.*\{\{.*)` \| `(.*)` \|$", re.MULTILINE)
EVENT = AlertEvent(
    alert_key="k",
    status=EventStatus.CRITICAL,
    title="CPU high",
    happened_at=0,
    description="load is 9.31",
    labels={"host": "web-1", "severity": "critical", "env": "prod"},
)
EXAMPLES = ROW.findall((DOCS / "templates.md").read_text("utf-8"))


@pytest.mark.parametrize(("template", "written"), EXAMPLES)
def test_an_example_of_the_docs_writes_what_they_say(template: str, written: str) -> None:
    assert filled(f"[TPL]{template}".replace("\\|", "|"), EVENT, SENDER, 0) == written


def test_the_docs_have_examples() -> None:
    assert len(EXAMPLES) >= 10
