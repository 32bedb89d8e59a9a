"""Changes and the events they are made of."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from tocsin.domain.change import ChangeStatus
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata

change = Table(
    "change",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("integration_id", BigInteger, nullable=False),
    Column("change_key", identifier(255), nullable=False),
    Column("status", Choice(ChangeStatus), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("labels", Document(dict[str, str]), nullable=False),
    Column("start_time", BigInteger, nullable=False),
    Column("last_time", BigInteger, nullable=False),
    Column("end_time", BigInteger, nullable=False),
    Column("event_count", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("uq_change_key", "account_id", "channel_id", "integration_id", "change_key", unique=True),
    Index("ix_change_account_start", "account_id", "start_time", "id"),
    Index("ix_change_account_last", "account_id", "last_time", "id"),
)

change_event = Table(
    "change_event",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("change_id", identifier(), nullable=False),
    Column("change_key", identifier(255), nullable=False),
    Column("status", Choice(ChangeStatus), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("labels", Document(dict[str, str]), nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_change_event_account_change", "account_id", "change_id", "id"),
)
