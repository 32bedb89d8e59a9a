"""Severity and owner rules of applications, their history, and the owners they gave issues."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from tocsin.domain.issue_rule import RuleFamily, Rules
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata

# All rules of one family in their order: they are read and written together.
issue_rules = Table(
    "issue_rules",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("family", Choice(RuleFamily), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("rules", Document(Rules), nullable=False),
)

# The rules as each change left them.
issue_rules_history = Table(
    "issue_rules_history",
    metadata,
    Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", identifier(), nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("application_id", identifier(), nullable=False),
    Column("family", Choice(RuleFamily), nullable=False),
    Column("action", String(16), nullable=False),
    Column("rule_name", String(128), nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("rules", Document(Rules), nullable=False),
    Index("ix_issue_rules_history_application", "application_id", "family", "place"),
)

issue_owner = Table(
    "issue_owner",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("rule_id", identifier(), nullable=False),
    Column("rule_name", Text, nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("channel_ids", Document(tuple[int, ...]), nullable=False),
)
