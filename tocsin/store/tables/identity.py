"""Who members are to the providers that vouch for them."""

from sqlalchemy import BigInteger, Column, Index, String, Table

from tocsin.store.columns import identifier
from tocsin.store.tables.base import metadata

identity = Table(
    "identity",
    metadata,
    Column("hash", identifier(64), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("issuer", String(255), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_identity_account_member", "account_id", "member_id"),
)
