"""What RUM SDKs tell of sessions: every event, and what the events of each session come to."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from tocsin.domain.rum import RumKind
from tocsin.store.columns import Blob, Choice, identifier
from tocsin.store.tables.base import metadata

_NAME = 200
_PERSON = 256

rum_event = Table(
    "rum_event",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("application_id", identifier(), nullable=False),
    Column("kind", Choice(RumKind), nullable=False),
    Column("event_id", identifier(64), nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("session_id", identifier(64), nullable=False),
    Column("session_type", String(32), nullable=False),
    Column("view_id", identifier(64), nullable=False),
    Column("user_id", String(_PERSON), nullable=False),
    Column("user_name", String(_PERSON), nullable=False),
    Column("user_email", String(_PERSON), nullable=False),
    Column("service", String(_NAME), nullable=False),
    Column("env", String(_NAME), nullable=False),
    Column("version", String(_NAME), nullable=False),
    Column("url", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("type", String(_NAME), nullable=False),
    Column("status", Integer, nullable=False),
    Column("duration_ns", BigInteger, nullable=False),
    Column("document_version", BigInteger, nullable=False),
    Column("is_crash", Boolean, nullable=False),
    Column("has_replay", Boolean, nullable=False),
    # Of an error that belongs to an issue: `issue_hash` says to which, also after a merge.
    Column("digest", identifier(), nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    # zstd over the event's JSON as it arrived.
    Column("payload", Blob, nullable=False),
    Index("uq_rum_event_event", "application_id", "kind", "event_id", unique=True),
    Index("ix_rum_event_occurred", "account_id", "application_id", "kind", "occurred_at"),
    Index("ix_rum_event_session", "application_id", "session_id", "occurred_at"),
)

rum_session = Table(
    "rum_session",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("session_id", identifier(64), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("type", String(32), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("service", String(_NAME), nullable=False),
    Column("env", String(_NAME), nullable=False),
    Column("version", String(_NAME), nullable=False),
    Column("url", Text, nullable=False),
    Column("user_seen_at", BigInteger, nullable=False),
    Column("user_id", String(_PERSON), nullable=False),
    Column("user_name", String(_PERSON), nullable=False),
    Column("user_email", String(_PERSON), nullable=False),
    Column("has_replay", Boolean, nullable=False),
    Column("is_crash", Boolean, nullable=False),
    Column("view_count", Integer, nullable=False),
    Column("action_count", Integer, nullable=False),
    Column("resource_count", Integer, nullable=False),
    Column("long_task_count", Integer, nullable=False),
    Column("vital_count", Integer, nullable=False),
    Column("error_count", Integer, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Index("ix_rum_session_started", "account_id", "application_id", "started_at"),
    Index("ix_rum_session_user", "application_id", "user_id", "started_at"),
)
