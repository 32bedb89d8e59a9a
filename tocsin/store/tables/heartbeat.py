"""Heartbeats, and the pings they were last heard of by."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from tocsin.domain.heartbeat import HeartbeatStatus, Ping, Reason, Schedule
from tocsin.domain.severity import Severity
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("integration_id", BigInteger, nullable=False),
    Column("name", identifier(255), nullable=False),
    # Readable, as push keys are, and looked up by its hash: it lets one ping and nothing else.
    Column("key", identifier(64), nullable=False),
    Column("key_hash", identifier(64), nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("schedule", Document(Schedule), nullable=False),
    Column("severity", Choice(Severity), nullable=False),
    Column("labels", Document(dict[str, str]), nullable=False),
    Column("status", Choice(HeartbeatStatus), nullable=False),
    Column("reason", Choice(Reason), nullable=False),
    Column("last_ping_at", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("moved_at", BigInteger, nullable=False),
    Column("ping_count", Integer, nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_heartbeat_account_name", "account_id", "name"),
    Index("ix_heartbeat_status_updated", "status", "updated_at"),
)

# The last pings of each, by their number.
heartbeat_ping = Table(
    "heartbeat_ping",
    metadata,
    Column("heartbeat_id", identifier(), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    Column("kind", Choice(Ping), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("method", identifier(8), nullable=False),
    Column("ip", identifier(64), nullable=False),
    Column("agent", Text, nullable=False),
    Column("exit_code", Integer, nullable=False),
    Column("body", Text, nullable=False),
)
