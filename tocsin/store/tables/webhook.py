"""The history of outgoing webhooks."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from tocsin.domain.webhook_try import HookType, TryStatus
from tocsin.store.columns import Choice, identifier
from tocsin.store.tables.base import metadata

webhook_try = Table(
    "webhook_try",
    metadata,
    Column("id", identifier(24), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("integration_id", BigInteger, nullable=False),
    Column("webhook_type", Choice(HookType), nullable=False),
    Column("event_id", identifier(64), nullable=False),
    Column("event_type", identifier(40), nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("ref_id", identifier(24), nullable=False),
    Column("ref_title", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("request_headers", Text, nullable=False),
    Column("request_body", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("duration", Integer, nullable=False),
    Column("status", Choice(TryStatus), nullable=False),
    Column("status_code", Integer, nullable=False),
    Column("error_message", Text, nullable=False),
    Column("response_headers", Text, nullable=False),
    Column("response_body", Text, nullable=False),
    Column("event_time", BigInteger, nullable=False),
    Column("tried_at", BigInteger, nullable=False),
    Index("ix_webhook_try_account_time", "account_id", "event_time", "id"),
    Index("ix_webhook_try_event", "account_id", "event_id", "tried_at"),
    Index("ix_webhook_try_tried", "tried_at"),
)

# Only receivers that fail have a row.
webhook_health = Table(
    "webhook_health",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("integration_id", BigInteger, primary_key=True, autoincrement=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", BigInteger, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("paused_at", BigInteger, nullable=False),
)
