"""Applications, and what is only counted of what they send."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text, text

from tocsin.domain.application import Alerting, ApplicationStatus, ApplicationType, Tracing
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata

LIVE = text("status <> 'deleted'")

application = Table(
    "application",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("name", identifier(255), nullable=False),
    # The name case-folded, which is what a query looks through.
    Column("search", Text, nullable=False),
    Column("type", Choice(ApplicationType), nullable=False),
    # Both keys stand in every page and program that sends, so neither is a secret worth hashing.
    Column("client_token", identifier(64), nullable=False, unique=True),
    Column("sentry_key", identifier(32), nullable=False),
    Column("sentry_project", BigInteger, nullable=False, unique=True),
    Column("team_id", BigInteger, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("no_ip", Boolean, nullable=False),
    Column("no_geo", Boolean, nullable=False),
    Column("alerting", Document(Alerting), nullable=False),
    Column("tracing", Document(Tracing), nullable=False),
    Column("status", Choice(ApplicationStatus), nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_application_account_created", "account_id", "created_at"),
    Index(
        "uq_application_account_name",
        "account_id",
        "name",
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    ),
)

# `day` is the first ms of a UTC day; (kind, name) come from closed lists.
error_tally = Table(
    "error_tally",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("application_id", identifier(), primary_key=True),
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("count", BigInteger, nullable=False),
)
