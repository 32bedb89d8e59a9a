"""Schedules, and who is named in them."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from tocsin.domain.ical_source import Slot
from tocsin.domain.schedule_plan import LayerPlan
from tocsin.store.columns import Blob, Document, identifier
from tocsin.store.tables.base import metadata

schedule = Table(
    "schedule",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("name", identifier(255), nullable=False),
    Column("description", Text, nullable=False),
    # Name and description case-folded, which is what a query looks through.
    Column("search", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("layers", Document(tuple[LayerPlan, ...]), nullable=False),
    Column("notify", Document(dict[str, Any]), nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Index("uq_schedule_account_name", "account_id", "name", unique=True),
    Index("ix_schedule_account_team", "account_id", "team_id"),
)

# Everybody a schedule names, to find the schedules of a person.
schedule_person = Table(
    "schedule_person",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("schedule_id", BigInteger, primary_key=True, autoincrement=False),
    Index("ix_schedule_person_schedule", "account_id", "schedule_id"),
)

ical_link = Table(
    "ical_link",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("schedule_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", identifier(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("read_at", BigInteger, nullable=False),
    Index("uq_ical_link_hash", "hash", unique=True),
)

ical_source = Table(
    "ical_source",
    metadata,
    Column("id", identifier(24), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("name", identifier(255), nullable=False),
    Column("host", Text, nullable=False),
    Column("sealed", Blob, nullable=False),
    Column("slots", Document(tuple[Slot, ...]), nullable=False),
    Column("read_at", BigInteger, nullable=False),
    Column("tried_at", BigInteger, nullable=False),
    Column("problem", Text, nullable=False),
    Column("skipped", Document(tuple[str, ...]), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Index("uq_ical_source_account_name", "account_id", "name", unique=True),
)

# The calendars that schedules have layers from.
schedule_source = Table(
    "schedule_source",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("source_id", identifier(24), primary_key=True),
    Column("schedule_id", BigInteger, primary_key=True, autoincrement=False),
    Index("ix_schedule_source_schedule", "account_id", "schedule_id"),
)

# How far shifts were told of, and which gaps.
schedule_watch = Table(
    "schedule_watch",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("schedule_id", BigInteger, primary_key=True, autoincrement=False),
    Column("checked_at", BigInteger, nullable=False),
    Column("gaps", Document(tuple[str, ...]), nullable=False),
)
