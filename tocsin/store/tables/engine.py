"""What the engine lives by: timers, deliveries, the inbox, rejected input, heartbeats."""

from sqlalchemy import BigInteger, Boolean, Column, Identity, Index, Integer, Table, Text, text

from tocsin.domain.delivery import DeliveryStatus
from tocsin.store.columns import Blob, Choice, Document, identifier
from tocsin.store.tables.base import metadata

IN_TURN = text("receiver <> ''")
IS_FAILING = text("failing_since > 0")

timer = Table(
    "timer",
    metadata,
    Column("kind", identifier(40), primary_key=True),
    Column("subject", identifier(64), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("failing_since", BigInteger, nullable=False),
    Index("ix_timer_due", "due_at"),
    Index(
        "ix_timer_failing",
        "failing_since",
        sqlite_where=IS_FAILING,
        postgresql_where=IS_FAILING,
    ),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("method", identifier(40), nullable=False),
    Column("target", Text, nullable=False),
    Column("payload", Blob, nullable=False),
    Column("ref", identifier(64), nullable=False),
    Column("status", Choice(DeliveryStatus), nullable=False),
    Column("owed_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("claimed", Boolean, nullable=False),
    Column("may_repeat", Boolean, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("settled_at", BigInteger, nullable=False),
    Column("receiver", identifier(40), nullable=False),
    Index("ix_delivery_due", "status", "method", "due_at"),
    Index("ix_delivery_account_ref", "account_id", "ref"),
    Index("ix_delivery_settled", "settled_at"),
    Index(
        "ix_delivery_turn",
        "receiver",
        "ref",
        "owed_at",
        sqlite_where=IN_TURN,
        postgresql_where=IN_TURN,
    ),
)

# Used on PostgreSQL; with SQLite the inbox is a file of its own and this table stays empty.
inbox = Table(
    "inbox",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    Column("door", Text, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("scope", Text, nullable=False),
    Column("refused", Text, nullable=False),
    Column("meta", Document(dict[str, str]), nullable=False),
    Column("body", Blob, nullable=False),
)

# How far the SQLite inbox has been digested: one row, moved in the transaction that digests.
inbox_position = Table(
    "inbox_position",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
)

# How often settings were changed: one row, moved on in each transaction that changes any.
revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)

rejected = Table(
    "rejected",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("door", identifier(40), nullable=False),
    Column("scope", identifier(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("rejected_at", BigInteger, nullable=False),
    Column("meta", Document(dict[str, str]), nullable=False),
    Column("body_size", BigInteger, nullable=False),
    Column("body_compressed", Blob, nullable=False),
    Column("replayed_at", BigInteger, nullable=False),
    Column("replayed_by", BigInteger, nullable=False),
    Index("ix_rejected_account_rejected", "account_id", "rejected_at"),
    Index("ix_rejected_account_scope", "account_id", "scope", "rejected_at"),
    Index("ix_rejected_rejected", "rejected_at"),
)

# Senders' own names of messages, hashed, for a day: some deliver twice.
seen_message = Table(
    "seen_message",
    metadata,
    Column("name", identifier(64), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Index("ix_seen_message_seen", "seen_at"),
)

engine_beat = Table(
    "engine_beat",
    metadata,
    Column("engine_id", identifier(), primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("beat_at", BigInteger, nullable=False),
)

# Watchers on other machines; they belong to the operator and to no account.
watcher = Table(
    "watcher",
    metadata,
    Column("name", identifier(40), primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
    Column("nonce", identifier(64), nullable=False),
    Column("callback", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("arrived_at", BigInteger, nullable=False),
)
