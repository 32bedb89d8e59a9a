"""Whom the entries of a calendar mean."""

import pytest

from tocsin.domain.ical_source import CalendarEntry, People, slots
from tocsin.domain.interval import Interval

ANN, ANN_LEE, BOB, TWIN = 1, 2, 3, 4
PEOPLE = People.of(
    [
        (ANN, "Ann", "ann@acme.example"),
        (ANN_LEE, "Ann Lee", "lee@acme.example"),
        (BOB, "Bob", "bob@acme.example"),
        (TWIN, "Twin", "t1@acme.example"),
        (5, "twin", "t2@acme.example"),
        (6, "", ""),
    ]
)


@pytest.mark.parametrize(
    ("entry", "known", "unknown"),
    [
        ({"attendees": ("ANN@acme.example", "x@y.z")}, (ANN,), ("x@y.z",)),
        ({"attendees": ("Bob", "ann lee")}, (BOB, ANN_LEE), ()),
        ({"attendees": ("x@y.z",), "summary": "bob"}, (BOB,), ()),
        ({"summary": "Ann Lee, Bob – Duty"}, (ANN_LEE, BOB), ()),
        ({"summary": "on call: bob@acme.example"}, (BOB,), ()),
        ({"summary": "Ann and Ann Lee"}, (ANN, ANN_LEE), ()),
        ({"summary": "Announcement"}, (), ("Announcement",)),
        ({"summary": "Twin"}, (), ("Twin",)),
        ({"summary": "?", "organizer": "bob@acme.example"}, (BOB,), ()),
        ({"attendees": ("x",), "organizer": "Bob"}, (BOB,), ("x",)),
        ({"attendees": ("x", "y"), "summary": "Duty"}, (), ("x", "y")),
        ({}, (), ("an entry without a title",)),
    ],
)
def test_invited_people_come_before_the_title_and_that_before_who_invites(
    entry: dict[str, object], known: tuple[int, ...], unknown: tuple[str, ...]
) -> None:
    wanted = {"summary": "", **entry}
    [found] = slots([CalendarEntry(Interval(0, 1), **wanted)], PEOPLE)  # type: ignore[arg-type]
    assert (found.person_ids, found.unknown) == (known, unknown)
