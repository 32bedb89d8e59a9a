"""Decision traces: why events became what they became."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from tocsin.domain.trace import Given, Outcome, Step
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata

trace = Table(
    "trace",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("integration_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("alert_key", identifier(255), nullable=False),
    Column("alert_id", identifier(), nullable=False),
    Column("event_id", identifier(), nullable=False),
    Column("incident_id", identifier(), nullable=False),
    Column("outcome", Choice(Outcome), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("last_received_at", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("given", Document(Given), nullable=False),
    Column("steps", Document(tuple[Step, ...]), nullable=False),
    Index("ix_trace_account_alert", "account_id", "alert_id", "id"),
    Index("ix_trace_account_event", "account_id", "event_id"),
    Index("ix_trace_account_received", "account_id", "last_received_at", "id"),
    Index("ix_trace_received", "last_received_at"),
)
