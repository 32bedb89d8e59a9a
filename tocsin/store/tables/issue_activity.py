"""The timeline of issues, and what they are linked to."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from tocsin.domain.issue_activity import ActivityType
from tocsin.domain.issue_link import LinkKind
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata

issue_activity = Table(
    "issue_activity",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("issue_id", identifier(), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("type", Choice(ActivityType), nullable=False),
    Column("actor", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Document(dict[str, str]), nullable=False),
    Index("ix_issue_activity_issue", "issue_id", "id"),
)

issue_link = Table(
    "issue_link",
    metadata,
    Column("link_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("issue_id", identifier(), nullable=False),
    Column("kind", Choice(LinkKind), nullable=False),
    Column("target", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_issue_link_issue", "issue_id", "created_at"),
)
