"""What the world was told of issues, and what that is decided by."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from tocsin.domain.issue_alert import Trigger
from tocsin.domain.issue_policy import OnIncidentClosed, OnIssueClosed
from tocsin.domain.severity import Severity
from tocsin.store.columns import Choice, identifier
from tocsin.store.tables.base import metadata

issue_alert = Table(
    "issue_alert",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("told_at", BigInteger, nullable=False),
    Column("trigger", Choice(Trigger), nullable=False),
    Column("reason", Text, nullable=False),
    Column("severity", Choice(Severity), nullable=False),
    Column("is_firing", Boolean, nullable=False),
    Column("is_remark", Boolean, nullable=False),
    Column("error_count", BigInteger, nullable=False),
    Column("regressed_at", BigInteger, nullable=False),
    Column("users", BigInteger, nullable=False),
    Column("spike_hour", BigInteger, nullable=False),
)

issue_policy = Table(
    "issue_policy",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("remind_after_ms", BigInteger, nullable=False),
    Column("users_affected", BigInteger, nullable=False),
    Column("spikes", Boolean, nullable=False),
    Column("on_issue_closed", Choice(OnIssueClosed), nullable=False),
    Column("on_incident_closed", Choice(OnIncidentClosed), nullable=False),
)

# Occurrences by the hour (its first ms) they were received in.
issue_rate = Table(
    "issue_rate",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    Column("env", identifier(200), primary_key=True),
    Column("version", identifier(200), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("application_id", identifier(), nullable=False),
    Column("count", BigInteger, nullable=False),
    Index("ix_issue_rate_application", "application_id", "hour"),
    Index("ix_issue_rate_hour", "hour"),
)
