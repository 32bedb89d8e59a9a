"""What several edge processes share to count calls together."""

from sqlalchemy import BigInteger, Column, Integer, Table

from tocsin.store.columns import identifier
from tocsin.store.tables.base import metadata

rate_lease = Table(
    "rate_lease",
    metadata,
    Column("key", identifier(128), primary_key=True),
    Column("period_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("granted", Integer, nullable=False, server_default="0"),
)

edge_beat = Table(
    "edge_beat",
    metadata,
    Column("edge_id", identifier(), primary_key=True),
    Column("beat_at", BigInteger, nullable=False),
)
