"""When and by what a person is told."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tocsin.domain.contact import Contact, Service
from tocsin.domain.page import Verdict, verdict
from tocsin.domain.preference import Preference, plan, quiet_until
from tocsin.domain.severity import Severity
from tocsin.domain.time_filter import TimeFilter

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1000)


def contact(id_: str, service: Service) -> Contact:
    return Contact(id_, 1, 7, service, "", "", b"", 0, verified_at=1)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-06-01T21:59", ""),
        ("2026-06-01T22:00", "2026-06-02T07:00"),
        ("2026-06-02T06:59", "2026-06-02T07:00"),
        ("2026-06-02T07:00", ""),
        ("2026-03-29T01:30", "2026-03-29T07:00"),
        ("2026-10-25T00:30", "2026-10-25T07:00"),
    ],
)
def test_quiet_ends_by_the_clock_on_the_wall(now: str, end: str) -> None:
    wish = Preference(1, 7, quiet=(TimeFilter("22:00", "07:00"),))
    expected = at(end) if end else 0
    assert quiet_until(wish, Severity.WARNING, at(now), BERLIN) == expected
    assert quiet_until(wish, Severity.CRITICAL, at(now), BERLIN) == 0


def test_windows_that_touch_are_one_quiet_and_one_without_end_is_none() -> None:
    touching = (TimeFilter("22:00", "23:59"), TimeFilter("00:00", "06:00"))
    wish = Preference(1, 7, quiet=touching)
    assert quiet_until(wish, Severity.INFO, at("2026-06-01T23:00"), BERLIN) == at(
        "2026-06-02T06:00"
    )
    always = Preference(1, 7, quiet=(TimeFilter("00:00", "00:00"),))
    assert quiet_until(always, Severity.INFO, at("2026-06-01T23:00"), BERLIN) == 0


def test_a_plan_goes_by_waits_and_keeps_the_rest_in_reserve() -> None:
    own = [contact("a", Service.VOICE), contact("b", Service.NTFY), contact("c", Service.VOICE)]
    found = plan(("voice", "push", "sms"), {"voice": 60_000}, own, has_mail=True)
    assert [(one.contact_id, one.wait_ms, one.reserve) for one in found.stages] == [
        ("b", 0, False),
        ("a", 60_000, False),
        ("c", 0, True),
        ("", 0, True),
    ]
    assert found.missing == ("sms",)
    assert plan(("sms",), {}, [], has_mail=False).stages == ()


@pytest.mark.parametrize(
    ("recent", "is_first", "is_under_way", "expected"),
    [
        (0, False, False, Verdict.SEND),
        (4, True, False, Verdict.SEND),
        (5, True, False, Verdict.HOLD),
        (5, False, False, Verdict.FOLD),
        (0, False, True, Verdict.FOLD),
    ],
)
def test_too_much_at_once_is_folded_or_told_together(
    recent: int, is_first: bool, is_under_way: bool, expected: Verdict
) -> None:
    assert verdict("sms", recent, is_first=is_first, is_under_way=is_under_way) is expected
