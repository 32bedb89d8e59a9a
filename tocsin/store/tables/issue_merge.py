"""Issues that were merged into others, and what they brought."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from tocsin.domain.issue import Stage
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata

issue_merge = Table(
    "issue_merge",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("target_id", identifier(), nullable=False),
    Column("merged_at", BigInteger, nullable=False),
    Column("merged_by", BigInteger, nullable=False),
    Column("stage", Choice(Stage), nullable=False),
    Column("digests", Document(tuple[str, ...]), nullable=False),
    Column("versions", Document(tuple[str, ...]), nullable=False),
    Column("tags", Document(tuple[tuple[str, str], ...]), nullable=False),
    Column("shared_sessions", Integer, nullable=False),
    Column("shared_users", Integer, nullable=False),
    Column("counted", BigInteger, nullable=False),
    Index("ix_issue_merge_target", "target_id"),
)
