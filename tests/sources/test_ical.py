"""Calendars of others: what they may hold, and what reading them may cost."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tocsin.domain.ical_source import CalendarEntry
from tocsin.domain.interval import Interval
from tocsin.sources.ical import COMPONENTS_MAX, ENTRIES_MAX, FILE_BYTES_MAX, RULES_MAX, entries

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
