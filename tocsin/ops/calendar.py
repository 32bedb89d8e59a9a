"""Calendars: which days are days off, for rules that tell them from workdays."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain import calendar_view, public_holiday
from tocsin.domain.access import Permission
from tocsin.domain.calendar import (
    NAME_MAX,
    TEXT_MAX,
    Calendar,
    CalendarKind,
    Span,
    span,
)
from tocsin.domain.calendar_view import ShownDay
from tocsin.domain.public_holiday import PublicCalendar
from tocsin.engine import calendar as engine
from tocsin.engine.account_time import days_off
from tocsin.engine.calendar import EntryWish, Wish
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.time_zone import is_time_zone, zone
from tocsin.kernel.units import SECOND, seconds
from tocsin.store import calendar as calendars
from tocsin.store.database import Tx

TAG: Final = "On-call/Calendars"
YEAR_MIN: Final = 2023
YEAR_MAX: Final = 2100

T = TypeVar("T")
Name = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Weekday = Annotated[int, Meta(ge=0, le=6, description="0 Sunday to 6 Saturday.")]
Workdays = Annotated[tuple[Weekday, ...], Meta(description="Days of the week people work on.")]
Links = Annotated[tuple[str, ...], Meta(description="Public calendars whose days it takes over.")]
Zone = Annotated[str, Meta(description="An IANA time zone.")]
EntryId = Annotated[str, Meta(max_length=63)]


class ListedKind(StrEnum):
    """Whose calendars a list is of; the empty one means the account's own."""

    DEFAULT = ""
    OFFICIAL = CalendarKind.OFFICIAL
    PERSONAL = CalendarKind.PERSONAL


class CreateCalendar(Struct, frozen=True):
    cal_name: Name
    description: Text = ""
    timezone: Zone = engine.ZONE_DEFAULT
    team_id: int = 0
    workdays: Workdays | UnsetType | None = UNSET
    extra_cal_ids: Links | UnsetType | None = UNSET


class UpdateCalendar(Struct, frozen=True):
    cal_id: str
    cal_name: Name | None = None
    description: Text | None = None
    timezone: Zone | None = None
    team_id: int | None = None
    workdays: Workdays | None = None
    extra_cal_ids: Links | None = None


class CalendarId(Struct, frozen=True):
    cal_id: str


class CreatedCalendar(Struct, frozen=True):
    cal_id: str
    cal_name: str


class ListCalendars(Struct, frozen=True):
    kind: ListedKind = ListedKind.DEFAULT
    no_locale: Annotated[
        bool, Meta(description="Public calendars in every language, not the caller's alone.")
    ] = False


class CalendarItem(Struct, frozen=True):
    account_id: int
    team_id: int
    cal_id: str
    cal_name: str
    description: str
    timezone: str
    kind: CalendarKind
    workdays: tuple[int, ...]
    extra_cal_ids: tuple[str, ...]
    created_at: int
    updated_at: int
    creator_id: int
    updated_by: int
    status: Annotated[str, Meta(description="enabled")] = "enabled"


class CalendarItems(Struct, frozen=True):
    items: list[CalendarItem]
    total: int


class UpsertEntry(Struct, frozen=True):
    cal_id: str
    summary: Name
    start_at: Annotated[date, Meta(description="The first day.")]
    end_at: Annotated[date, Meta(description="The first day after it.")]
    is_off: Annotated[bool, Meta(description="Days off, else extra workdays.")]
    event_id: Annotated[EntryId, Meta(description="Of the entry to change; none adds one.")] = ""
    description: Text = ""


class WrittenEntry(Struct, frozen=True):
    cal_id: str
    event_id: str
    summary: str


class NameEntry(Struct, frozen=True):
    cal_id: str
    event_id: str


class ListEntries(Struct, frozen=True):
    cal_id: str
    year: (
        Annotated[int, Meta(ge=YEAR_MIN, description="The current one by default.")] | UnsetType
    ) = UNSET
    month: Annotated[int, Meta(ge=0, le=12, description="0 for the whole year.")] = 0
    day: Annotated[int, Meta(ge=0, le=31, description="0 for the whole month.")] = 0


class EntryItem(Struct, frozen=True):
    cal_id: str
    event_id: str
    summary: str
    description: str
    start_at: date
    end_at: date
    is_off: bool
    created_at: int
    updated_at: int
    account_id: int | UnsetType = UNSET
    creator_id: int | UnsetType = UNSET


class EntryItems(Struct, frozen=True):
    items: list[EntryItem]
    total: int


@operation("/calendar/create", Permission.CALENDARS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateCalendar) -> CreatedCalendar:
    """Keep a calendar: its workdays, and the public holidays it is linked to.

    An account has at most 5, unless the header `Flashcat-Break-Cal-Limit: true` is sent.
    """
    _check_zone(request.timezone)
    wish = Wish(
        name=request.cal_name,
        description=request.description,
        time_zone=request.timezone,
        team_id=request.team_id,
        workdays=request.workdays or UNSET,
        extra_cal_ids=request.extra_cal_ids or UNSET,
    )
    new = engine.create(tx, caller, wish)
    return CreatedCalendar(new.id, new.name)


@operation("/calendar/update", Permission.CALENDARS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateCalendar) -> Empty:
    """Change a calendar; what is absent or null stays as it is."""
    if request.timezone is not None:
        _check_zone(request.timezone)
    wish = Wish(
        name=_sent(request.cal_name),
        description=_sent(request.description),
        time_zone=_sent(request.timezone),
        team_id=_sent(request.team_id),
        workdays=_sent(request.workdays),
        extra_cal_ids=_sent(request.extra_cal_ids),
    )
    engine.change(tx, caller, request.cal_id, wish)
    return Empty()


@operation("/calendar/delete", Permission.CALENDARS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: CalendarId) -> Empty:
    """Delete a calendar that no rule goes by."""
    engine.delete(tx, caller, request.cal_id)
    return Empty()


@operation("/calendar/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: CalendarId) -> CalendarItem:
    """Show a calendar, a public one too."""
    public = public_holiday.get(request.cal_id)
    return _public(public, caller) if public else _own(_seen(tx, caller, request.cal_id))


@operation("/calendar/list", None, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListCalendars) -> CalendarItems:
    """List the account's calendars, or the public ones of the world."""
    if request.kind is not ListedKind.OFFICIAL:
        items = [_own(one) for one in calendars.browse(tx, caller.account_id)]
    else:
        public = public_holiday
        found = public.browse_all() if request.no_locale else public.browse(caller.locale)
        items = [_public(one, caller) for one in found]
    return CalendarItems(items, len(items))


@operation("/calendar/event/upsert", Permission.CALENDARS_MANAGE, Kind.WRITE, tag=TAG)
def upsert_entry(tx: Tx, caller: Caller, request: UpsertEntry) -> WrittenEntry:
    """Add days off or extra workdays to a calendar, or change such an entry."""
    wish = EntryWish(
        summary=request.summary,
        description=request.description,
        start_at=request.start_at,
        end_at=request.end_at,
        is_off=request.is_off,
    )
    written = engine.put_entry(tx, caller, request.cal_id, request.event_id, wish)
    return WrittenEntry(written.calendar_id, written.id, written.summary)


@operation("/calendar/event/delete", Permission.CALENDARS_MANAGE, Kind.WRITE, tag=TAG)
def delete_entry(tx: Tx, caller: Caller, request: NameEntry) -> Empty:
    """Remove an entry of a calendar."""
    engine.remove_entry(tx, caller, request.cal_id, request.event_id)
    return Empty()


@operation("/calendar/event/list", None, Kind.READ, tag=TAG)
def browse_entries(tx: Tx, caller: Caller, request: ListEntries) -> EntryItems:
    """List what is special in a year, a month or on a day: entries, linked public holidays, and
    the days of the week on which nobody works."""
    public = public_holiday.get(request.cal_id)
    if public:
        days = calendar_view.of_public(public, _span(tx, request, public.time_zone))
    else:
        of = _seen(tx, caller, request.cal_id)
        wanted = _span(tx, request, of.time_zone)
        days = calendar_view.of_own(of, days_off(tx, of), wanted)
    items = [_entry(day) for day in days]
    return EntryItems(items, len(items))


def _seen(tx: Tx, caller: Caller, calendar_id: str) -> Calendar:
    found = calendars.get(tx, caller.account_id, calendar_id)
    if found is None:
        raise engine.unknown(calendar_id)
    return found


def _sent(value: T | None) -> T | UnsetType:
    return UNSET if value is None else value


def _check_zone(name: str) -> None:
    if not is_time_zone(name):
        raise InvalidParameter(
            "{field}: {value} is no IANA time zone, such as Europe/Berlin",
            field="timezone",
            value=name,
        )


def _span(tx: Tx, request: ListEntries, time_zone: str) -> Span:
    today = datetime.fromtimestamp(tx.now // SECOND, zone(time_zone))
    year = today.year if request.year is UNSET else request.year
    if year > YEAR_MAX:
        raise InvalidParameter("{field} must be at most {maximum}", field="year", maximum=YEAR_MAX)
    return span(year, request.month, request.day)


def _own(of: Calendar) -> CalendarItem:
    return CalendarItem(
        account_id=of.account_id,
        team_id=of.team_id,
        cal_id=of.id,
        cal_name=of.name,
        description=of.description,
        timezone=of.time_zone,
        kind=CalendarKind.PERSONAL,
        workdays=of.workdays,
        extra_cal_ids=of.extra_cal_ids,
        created_at=seconds(of.created_at),
        updated_at=seconds(of.updated_at),
        creator_id=of.created_by,
        updated_by=of.updated_by,
    )


def _public(of: PublicCalendar, caller: Caller) -> CalendarItem:
    return CalendarItem(
        account_id=caller.account_id,
        team_id=0,
        cal_id=of.id,
        cal_name=of.name,
        description="",
        timezone=of.time_zone,
        kind=CalendarKind.OFFICIAL,
        workdays=of.workdays,
        extra_cal_ids=(),
        created_at=0,
        updated_at=0,
        creator_id=0,
        updated_by=0,
    )


def _entry(of: ShownDay) -> EntryItem:
    return EntryItem(
        cal_id=of.calendar_id,
        event_id=of.id,
        summary=of.summary,
        description=of.description,
        start_at=of.start_at,
        end_at=of.end_at,
        is_off=of.is_off,
        created_at=seconds(of.created_at),
        updated_at=seconds(of.updated_at),
        account_id=of.account_id or UNSET,
        creator_id=of.creator_id or UNSET,
    )
