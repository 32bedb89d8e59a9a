"""A calendar that somebody keeps elsewhere, whose entries are the shifts of a layer."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from tocsin.domain.interval import Interval

NAME_MAX: Final = 40
SOURCES_MAX: Final = 100
URL_MAX: Final = 2048


class CalendarEntry(Struct, frozen=True):
    """An entry as the calendar has it: who is invited, by whom, and what it is called. People are
    as they are written there: mail addresses and names."""

    span: Interval
    summary: str
    attendees: tuple[str, ...] = ()
    organizer: str = ""


class Slot(Struct, frozen=True):
    """A shift that an entry came to. `unknown` names those of its people who are no members; one
    with no `person_ids` is a gap."""

    span: Interval
    title: str
    person_ids: tuple[int, ...]
    unknown: tuple[str, ...] = ()


class IcalSource(Struct, frozen=True):
    """Where a calendar is read, and what it said when it was last read well. The address is
    sealed; `host` may be shown. `problem` says why the last try failed, if it did, `skipped` which
    entries cannot be understood and why. Instants ms."""

    id: str
    account_id: int
    team_id: int
    name: str
    host: str
    sealed: bytes
    slots: tuple[Slot, ...]
    read_at: int
    tried_at: int
    problem: str
    skipped: tuple[str, ...]
    created_at: int
    created_by: int
    updated_at: int
    updated_by: int


class People(Struct, frozen=True):
    """Members by what a calendar may call them, case-folded; who shares a name goes without."""

    emails: Mapping[str, int]
    names: Mapping[str, int]
    longest_first: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, members: Iterable[tuple[int, str, str]]) -> "People":
        """From ids, names and mail addresses."""
        emails: dict[str, int] = {}
        called: dict[str, list[int]] = {}
        for member_id, name, email in members:
            if email:
                emails[email.casefold()] = member_id
            if name:
                called.setdefault(name.casefold(), []).append(member_id)
        names = {name: ids[0] for name, ids in called.items() if len(ids) == 1}
        texts = sorted({**names, **emails}.items(), key=lambda each: -len(each[0]))
        return cls(emails, names, tuple(texts))


def slots(entries: Iterable[CalendarEntry], people: People) -> tuple[Slot, ...]:
    """The shifts that entries come to, in order: of those invited, else of whoever the title
    names, else of who invites."""
    return tuple(sorted((_slot(one, people) for one in entries), key=lambda one: one.span))


def _slot(entry: CalendarEntry, people: People) -> Slot:
    invited = {one: _member(one, people) for one in entry.attendees}
    known = [id_ for id_ in invited.values() if id_]
    if known:
        unknown = [one for one, id_ in invited.items() if not id_]
        return _made(entry, known, unknown)
    named = _named(entry.summary, people)
    if named:
        return _made(entry, named, ())
    host = _member(entry.organizer, people)
    if host:
        return _made(entry, [host], list(invited))
    return _made(entry, (), list(invited) or [entry.summary or "an entry without a title"])


def _made(entry: CalendarEntry, known: Sequence[int], unknown: Sequence[str]) -> Slot:
    return Slot(entry.span, entry.summary, tuple(dict.fromkeys(known)), tuple(unknown))


def _member(written: str, people: People) -> int:
    """The member that is meant, 0 for none."""
    text = written.strip().casefold()
    return people.emails.get(text) or people.names.get(text, 0)


def _named(summary: str, people: People) -> list[int]:
    """Whose address or name stands in a title as words of their own, in its order; of names that
    lie in each other the longest is meant."""
    rest = summary.casefold()
    found: list[tuple[int, int]] = []
    for text, member_id in people.longest_first:
        if text not in rest:
            continue
        match = re.search(rf"(?<!\w){re.escape(text)}(?!\w)", rest)
        if match:
            found.append((match.start(), member_id))
            rest = rest[: match.start()] + "\0" * len(text) + rest[match.end() :]
    return [member_id for _, member_id in sorted(found)]
