"""The words of an iCalendar file, read back by an independent parser."""

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from tocsin.domain.ical import OCTETS_MAX, Event, written

TEXTS = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Zl", "Zp"]))


@given(TEXTS, TEXTS, st.integers(0, 4_000_000_000), st.integers(1, 10**7))
def test_any_text_and_instant_comes_back(
    summary: str, description: str, start: int, length: int
) -> None:
    event = Event("a@b", start * 1000, (start + length) * 1000, summary, description, 0, 3)
    text = written("Name", "Europe/Berlin", [event])
    assert max(len(line.encode()) for line in text.split("\r\n")) <= OCTETS_MAX
    [found] = Calendar.from_ical(text).walk("VEVENT")
    assert str(found["SUMMARY"]) == summary
    assert str(found.get("DESCRIPTION", "")) == description
    assert int(found["DTSTART"].dt.timestamp()) == start
    assert int(found["DTEND"].dt.timestamp()) == start + length
    assert (found["UID"], found["SEQUENCE"]) == ("a@b", 3)


def test_lines_and_controls_do_no_harm() -> None:
    event = Event("a", 0, 1000, "one\r\ntwo\x00\x07", "", 0, 0)
    [found] = Calendar.from_ical(written("N", "UTC", [event])).walk("VEVENT")
    assert str(found["SUMMARY"]) == "one\ntwo"
