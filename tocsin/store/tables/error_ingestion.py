"""Error-ingestion rules of applications, and what they were before each change."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from tocsin.domain.error_ingestion import IngestionRule
from tocsin.domain.filter import Filter
from tocsin.domain.noise_rule import RuleStatus
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata

error_ingestion_rule = Table(
    "error_ingestion_rule",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("application_id", identifier(), nullable=False),
    Column("name", String(128), nullable=False),
    Column("description", Text, nullable=False),
    Column("filters", Document(Filter), nullable=False),
    Column("status", Choice(RuleStatus), nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_error_ingestion_rule_application", "application_id"),
)

# All rules of an application as a change left them.
error_ingestion_history = Table(
    "error_ingestion_history",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("application_id", identifier(), nullable=False),
    Column("action", String(40), nullable=False),
    Column("rule_name", String(128), nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("rules", Document(tuple[IngestionRule, ...]), nullable=False),
    Index("ix_error_ingestion_history_application", "application_id", "at"),
)
