"""What came of what senders asked for."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from tocsin.domain.order import Verb
from tocsin.store.columns import Choice, identifier
from tocsin.store.tables.base import metadata

settled_order = Table(
    "settled_order",
    metadata,
    Column("request_id", identifier(64), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("integration_id", BigInteger, nullable=False),
    Column("verb", Choice(Verb), nullable=False),
    Column("alert_key", identifier(255), nullable=False),
    Column("alert_id", identifier(), nullable=False),
    Column("is_success", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("processed_at", BigInteger, nullable=False),
    Index("ix_settled_order_key", "account_id", "integration_id", "alert_key", "processed_at"),
    Index("ix_settled_order_processed", "processed_at"),
)
