"""Calendars of others: what they may hold, and what reading them may cost."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from tocsin.domain.ical_source import CalendarEntry
from tocsin.domain.interval import Interval
from tocsin.sources.ical import (
    COMPONENTS_MAX,
    DATES_MAX,
    ENTRIES_MAX,
    FILE_BYTES_MAX,
    RULES_MAX,
    Reading,
)
from tocsin.sources.ical import read as reading

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


MARCH = Interval(at("2026-03-01"), at("2026-04-30"))


def file(*events: str) -> bytes:
    bodies = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\n{one}\r\nEND:VEVENT\r\n" for n, one in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{bodies}END:VCALENDAR\r\n".encode()


def entries(body: bytes, window: Interval, zone: ZoneInfo) -> list[CalendarEntry]:
    return list(reading(body, window, zone).entries)


def read(*events: str) -> list[CalendarEntry]:
    return entries(file(*(one.replace("\n", "\r\n") for one in events)), MARCH, BERLIN)


def spans(*events: str) -> list[tuple[int, int]]:
    return sorted((one.span.start, one.span.end) for one in read(*events))


def test_a_week_that_repeats_keeps_its_wall_time_over_the_change_of_clocks() -> None:
    found = spans(
        "DTSTART;TZID=Europe/Berlin:20260323T090000\nDTEND;TZID=Europe/Berlin:20260330T090000\n"
        "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=2"
    )
    assert found == [
        (at("2026-03-23T08:00"), at("2026-03-30T07:00")),
        (at("2026-04-06T07:00"), at("2026-04-13T07:00")),
    ]


def test_days_and_times_without_a_zone_are_of_the_account() -> None:
    assert spans("DTSTART;VALUE=DATE:20260329\nDTEND;VALUE=DATE:20260330") == [
        (at("2026-03-28T23:00"), at("2026-03-29T22:00"))
    ]
    assert spans("DTSTART:20260402T120000\nDURATION:PT2H") == [
        (at("2026-04-02T10:00"), at("2026-04-02T12:00"))
    ]


def test_an_exception_moves_one_of_a_series_and_a_cancelled_one_is_gone() -> None:
    series = "DTSTART:20260401T100000Z\nDTEND:20260401T110000Z\nRRULE:FREQ=DAILY;COUNT=4"
    body = file(
        f"{series}\nEXDATE:20260402T100000Z".replace("\n", "\r\n"),
        "DTSTART:20260401T100000Z\r\nDTEND:20260401T110000Z\r\nSTATUS:CANCELLED",
    ).replace(b"UID:1", b"UID:9")
    moved = (
        b"BEGIN:VEVENT\r\nUID:0\r\nRECURRENCE-ID:20260403T100000Z\r\n"
        b"DTSTART:20260403T150000Z\r\nDTEND:20260403T160000Z\r\nEND:VEVENT\r\nEND:VCALENDAR"
    )
    found = entries(body.replace(b"END:VCALENDAR", moved), MARCH, BERLIN)
    assert sorted(one.span.start for one in found) == [
        at("2026-04-01T10:00"),
        at("2026-04-03T15:00"),
        at("2026-04-04T10:00"),
    ]


def test_who_is_invited_is_read_but_not_who_declined_nor_rooms() -> None:
    [found] = read(
        "DTSTART:20260401T100000Z\nDTEND:20260401T110000Z\nSUMMARY:Duty\\, first\n"
        "ORGANIZER;CN=Boss:mailto:boss@acme.example\n"
        "ATTENDEE;CN=Ann:mailto:ann@acme.example\n"
        "ATTENDEE;CN=Bob;PARTSTAT=DECLINED:mailto:bob@acme.example\n"
        "ATTENDEE;CUTYPE=ROOM:mailto:room@acme.example\n"
        "ATTENDEE;CN=Cleo:urn:uuid:1"
    )
    assert found.attendees == ("ann@acme.example", "Cleo")
    assert (found.organizer, found.summary) == ("boss@acme.example", "Duty, first")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>", "no iCalendar file"),
        (b"\xff\xfe", "no iCalendar file"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "iCalendar"),
        (b"x" * (FILE_BYTES_MAX + 1), "larger than 2 MB"),
        (file(*["DTSTART:20260401T100000Z"] * (COMPONENTS_MAX + 1)), "5000 entries"),
        (file("DTSTART:20260401T100000Z\r\nRRULE:FREQ=SECONDLY"), "within a day"),
        (file("DTSTART:20260401T100000Z\r\nRRULE:FREQ=HOURLY"), "within a day"),
        (file("DTSTART:20260401T100000Z\r\nRRULE:FREQ=DAILY;INTERVAL=0"), "at least 1"),
        (
            file("DTSTART:20260401T100000Z\r\nRRULE:FREQ=DAILY;BYMINUTE=1,2,3"),
            "within a day",
        ),
        (
            file("DTSTART:20260401T100000Z\r\nRRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"),
            "no month has",
        ),
        (
            file("DTSTART:20260401T100000Z\r\nRRULE:FREQ=DAILY;BYYEARDAY=366;BYMONTH=2"),
            "daily in a way that is not understood",
        ),
        (
            file("DTSTART:20260401T100000Z\r\nRRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO"),
            "daily in a way that is not understood",
        ),
        (file("DTSTART:00010101T100000Z\r\nRRULE:FREQ=DAILY"), "before 1970"),
        (file("RRULE:FREQ=DAILY"), "before 1970"),
        (file("SUMMARY:no start"), "broken"),
        (
            file(*["DTSTART:20260401T100000Z\r\nRRULE:FREQ=DAILY"] * (RULES_MAX + 1)),
            "100 entries of the calendar repeat",
        ),
        (
            file(*["DTSTART:20260101T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY"] * 60),
            f"more than {ENTRIES_MAX}",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_had_says_why(body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        entries(body, MARCH, BERLIN)


def test_an_entry_without_length_is_no_shift() -> None:
    assert read("DTSTART:20260401T100000Z\nDTEND:20260401T100000Z") == []


def zoned(tzid: str, change: str) -> Reading:
    """An entry at ten of a zone that the file defines: summer time from the end of March."""
    zone = (
        f"BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:16011028T030000\n{change}\n"
        "TZOFFSETFROM:+0530\nTZOFFSETTO:+0430\nEND:STANDARD\nBEGIN:DAYLIGHT\n"
        "DTSTART:16010325T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n"
        "TZOFFSETFROM:+0430\nTZOFFSETTO:+0530\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
    )
    entry = "\n".join(
        f"BEGIN:VEVENT\nUID:{day}\nSUMMARY:Duty\nDTSTART;TZID={tzid}:{day}T100000\n"
        f"DTEND;TZID={tzid}:{day}T110000\nEND:VEVENT"
        for day in ("20260315", "20260415")
    )
    body = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{zone}{entry}\nEND:VCALENDAR\n"
    return reading(body.replace("\n", "\r\n").encode(), MARCH, BERLIN)


def test_a_zone_is_the_files_own_where_it_is_defined_and_else_the_entry_is_left_out() -> None:
    autumn = "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"
    found = zoned("Ours", autumn)
    assert [one.span.start for one in found.entries] == [
        at("2026-03-15T05:30"),
        at("2026-04-15T04:30"),
    ]
    assert found.skipped == ()
    assert zoned("W. Europe Standard Time", autumn).entries[0].span.start == at("2026-03-15T09:00")
    lost = zoned("Nowhere/Land", autumn)
    assert lost.entries == ()
    assert "Duty (20260315T100000): its time zone Nowhere/Land is unknown" in lost.skipped[0]
    for hostile in ("SECONDLY", "YEARLY;BYMONTH=2;BYDAY=6MO", "YEARLY;INTERVAL=0"):
        odd = zoned("Ours", f"RRULE:FREQ={hostile}")
        assert (odd.entries, len(odd.skipped)) == ((), 2)
        assert "changes in a way that is not understood" in odd.skipped[0]


def test_an_entry_that_ends_before_it_begins_is_left_out_and_named() -> None:
    good = "DTSTART:20260401T100000Z\r\nDTEND:20260401T120000Z\r\nSUMMARY:Good"
    found = reading(
        file(
            "DTSTART:20260401T100000Z\r\nDTEND:20260401T080000Z\r\nSUMMARY:Turned",
            "DTSTART:20260401T100000Z\r\nDURATION:-PT2H",
            good,
        ),
        MARCH,
        BERLIN,
    )
    assert [one.summary for one in found.entries] == ["Good"]
    assert found.skipped == (
        "Turned (20260401T100000Z): it ends before it begins",
        "an entry (20260401T100000Z): it ends before it begins",
    )


NEVER = (
    "DAILY",
    "DAILY;BYMONTH=2",
    "DAILY;BYMONTH=13",
    "MONTHLY;BYMONTHDAY=31;BYSETPOS=5",
    "MONTHLY;BYDAY=6MO",
    "MONTHLY;BYDAY=MO;BYMONTHDAY=1;BYSETPOS=2",
    "YEARLY;BYDAY=54MO",
    "YEARLY;BYMONTHDAY=1,2;BYSETPOS=300",
    "DAILY;COUNT=10000000",
    "MONTHLY;BYMONTHDAY=31;BYSETPOS=5;COUNT=3",
    "DAILY;UNTIL=20250101T000000Z",
)


@pytest.mark.parametrize("rule", NEVER)
def test_reading_as_many_series_as_may_be_takes_less_than_a_second(rule: str) -> None:
    """Of the processor's time, whatever else the machine does."""
    series = f"DTSTART;TZID=Europe/Berlin:19700105T100000\r\nDURATION:PT1H\r\nRRULE:FREQ={rule}"
    read("DTSTART:20260401T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY")
    began = process_time()
    with suppress(ValueError):
        reading(file(*[series] * RULES_MAX), Interval(at("2026-01-01"), at("2026-08-28")), BERLIN)
    assert process_time() - began < 2
    many = series + "".join(f"\r\nEXDATE:2026{n:04}T100000Z" for n in (101, 102)) * DATES_MAX
    with pytest.raises(ValueError, match="dates"):
        reading(file(many), MARCH, BERLIN)


@pytest.mark.parametrize(
    "rule",
    [
        "DAILY",
        "DAILY;INTERVAL=5",
        "DAILY;BYDAY=MO,TH",
        "WEEKLY;INTERVAL=3;BYDAY=TU,SU;WKST=SU",
        "MONTHLY;INTERVAL=5;BYMONTHDAY=-1",
        "MONTHLY;BYDAY=2WE,-1FR",
        "YEARLY;INTERVAL=2;BYMONTH=3,4;BYDAY=SA",
        "YEARLY;BYMONTH=4;BYMONTHDAY=4",
        "WEEKLY;COUNT=1700",
        "DAILY;BYDAY=MO;COUNT=1700",
        "WEEKLY;BYHOUR=7",
        "MONTHLY;UNTIL=20260401T000000Z",
    ],
)
def test_an_old_series_has_the_entries_that_another_engine_finds(rule: str) -> None:
    start = datetime(1996, 2, 29, 10, tzinfo=BERLIN)
    text = f"DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}\nDURATION:PT30H\nRRULE:FREQ={rule}"
    expected = rrulestr(f"FREQ={rule}", dtstart=start)
    span = timedelta(hours=30)
    wanted = [
        one
        for one in expected.between(
            datetime(2026, 2, 26, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
        )
        if one.timestamp() * 1000 < MARCH.end and (one + span).timestamp() * 1000 > MARCH.start
    ]
    found = [one.span.start for one in sorted(read(text), key=lambda one: one.span)]
    assert found == [int(one.timestamp()) * 1000 for one in wanted]
