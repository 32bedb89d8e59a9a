import json

import pytest

from tocsin.domain.change import ChangeStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import change


def body(**fields: object) -> bytes:
    sent = {"title": "Deploy 1.2", "change_key": "deploy-7", "change_status": "Ready", **fields}
    return json.dumps(sent).encode()


def test_a_report_becomes_an_event_that_may_lie_ahead() -> None:
    event = change.parse(body(event_time=1_800_000_000, link="https://ci/7"), 5)
    assert event.status is ChangeStatus.READY
    assert event.happened_at == 1_800_000_000_000
    assert event.link == "https://ci/7"
    assert change.check(body()) == "deploy-7"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "title is required"),
        ({"change_key": None}, "change_key is required"),
        ({"change_status": None}, "change_status is required"),
        ({"change_status": "Finished"}, "change_status must be"),
        ({"labels": {"9": ""}}, "label 9"),
    ],
)
def test_what_can_never_become_an_event_is_refused_by_name(
    fields: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidParameter) as failure:
        change.check(body(**fields))
    assert said in failure.value.message()
