"""What time it is for an account: its zone and its calendars."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.domain.time_filter import Calendar, Moment
from tocsin.store import account as accounts
from tocsin.store.database import Tx

CALENDARS: Final[Mapping[str, Calendar]] = {}
"""The calendars that windows may name, by id."""


def zone(tx: Tx, account_id: int) -> tzinfo:
    """The account's time zone."""
    return ZoneInfo(accounts.get(tx, account_id).time_zone)


def moment(tx: Tx, account_id: int, at: int) -> Moment:
    """An instant (ms) as the account's clocks and calendars show it."""
    return Moment(at, zone(tx, account_id), CALENDARS)
