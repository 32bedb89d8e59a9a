from msgspec.structs import replace

from tocsin.domain.change import Change, ChangeEvent, ChangePlace, ChangeStatus, receive

PLACE = ChangePlace(account_id=1, channel_id=0, integration_id=3)
READY = ChangeEvent(
    change_key="deploy", status=ChangeStatus.READY, title="Deploy", happened_at=1_000
)


def after(*events: ChangeEvent) -> Change:
    change: Change | None = None
    for event in events:
        change = receive(change, event, PLACE, "id", at=1)
    assert change
    return change


def test_events_of_one_key_are_one_change_that_starts_with_the_first() -> None:
    change = after(READY, replace(READY, status=ChangeStatus.DONE, happened_at=3_000))
    assert (change.start_time, change.last_time, change.end_time) == (1_000, 3_000, 3_000)
    assert (change.status, change.event_count) == (ChangeStatus.DONE, 2)


def test_a_change_that_goes_on_has_no_end() -> None:
    done = replace(READY, status=ChangeStatus.CANCELED)
    assert after(READY, done, replace(READY, status=ChangeStatus.PROCESSING)).end_time == 0


def test_what_a_later_event_leaves_out_stays() -> None:
    first = replace(READY, description="why", link="https://ci", labels={"app": "shop"})
    change = after(first, replace(READY, labels={"env": "prod"}))
    assert (change.description, change.link) == ("why", "https://ci")
    assert change.labels == {"app": "shop", "env": "prod"}
