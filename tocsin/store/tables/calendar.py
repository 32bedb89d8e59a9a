"""Calendars, their entries, and which rules go by them."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Table, Text

from tocsin.store.columns import Document, identifier
from tocsin.store.tables.base import metadata

calendar = Table(
    "calendar",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("workdays", Document(tuple[int, ...]), nullable=False),
    Column("extra_cal_ids", Document(tuple[str, ...]), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Index("ix_calendar_account", "account_id", "created_at", "id"),
)

calendar_entry = Table(
    "calendar_entry",
    metadata,
    Column("id", identifier(63), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("calendar_id", identifier(), nullable=False),
    Column("summary", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("start_at", Date, nullable=False),
    Column("end_at", Date, nullable=False),
    Column("is_off", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_calendar_entry_calendar", "account_id", "calendar_id", "updated_at", "id"),
)

# Which calendars the windows of a rule name, so that none of them is deleted under it.
calendar_use = Table(
    "calendar_use",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("calendar_id", identifier(), primary_key=True),
    Column("rule_id", identifier(), primary_key=True),
    Index("ix_calendar_use_rule", "account_id", "rule_id"),
)
