"""What time it is for an account: its zone and its calendars."""

from collections.abc import Collection, Iterable
from datetime import tzinfo
from zoneinfo import ZoneInfo

from tocsin.domain import public_holiday
from tocsin.domain.calendar import Calendar, DaysOff
from tocsin.domain.public_holiday import PublicCalendar
from tocsin.domain.time_filter import Calendar as Days
from tocsin.domain.time_filter import Moment, TimeFilter
from tocsin.store import account as accounts
from tocsin.store import calendar as store
from tocsin.store.database import Tx


def zone(tx: Tx, account_id: int) -> tzinfo:
    """The account's time zone."""
    name = tx.remembered(("zone", account_id), lambda: accounts.get(tx, account_id).time_zone)
    return ZoneInfo(name)


def moment(tx: Tx, account_id: int, at: int, windows: Iterable[TimeFilter] = ()) -> Moment:
    """An instant (ms) as the account's clocks show it, with the calendars of the windows."""
    return Moment(at, zone(tx, account_id), calendars(tx, account_id, named(windows)))


def named(windows: Iterable[TimeFilter]) -> set[str]:
    """The calendars that windows go by."""
    return {one.cal_id for one in windows if one.cal_id}


def calendars(tx: Tx, account_id: int, calendar_ids: Collection[str]) -> dict[str, Days]:
    """Those of these calendars that there are, public ones too, by id."""
    if not calendar_ids:
        return {}
    found: dict[str, Days] = {
        one.id: days_off(tx, one) for one in store.by_ids(tx, account_id, calendar_ids)
    }
    for calendar_id in sorted(set(calendar_ids) - found.keys()):
        public = public_holiday.get(calendar_id)
        if public:
            found[calendar_id] = public
    return found


def days_off(tx: Tx, of: Calendar) -> DaysOff:
    """What a calendar says of each day."""
    return DaysOff(
        of.workdays, tuple(store.entries(tx, of.account_id, of.id)), _linked(of.extra_cal_ids)
    )


def _linked(calendar_ids: Iterable[str]) -> tuple[PublicCalendar, ...]:
    return tuple(one for one in map(public_holiday.get, calendar_ids) if one)
