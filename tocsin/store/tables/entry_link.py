"""Links that let a member in once."""

from sqlalchemy import BigInteger, Column, Index, Table

from tocsin.domain.entry_link import LinkPurpose
from tocsin.store.columns import Choice, identifier
from tocsin.store.tables.base import metadata

entry_link = Table(
    "entry_link",
    metadata,
    Column("hash", identifier(64), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("purpose", Choice(LinkPurpose), nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Index("ix_entry_link_account_member", "account_id", "member_id"),
)
