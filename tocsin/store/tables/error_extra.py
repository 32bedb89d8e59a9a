"""What applications send beside errors: feedback, sessions of releases, log lines of traces."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from tocsin.store.columns import Document, identifier
from tocsin.store.tables.base import metadata

_NAME = 200

issue_feedback = Table(
    "issue_feedback",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("feedback_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("event_id", identifier(64), nullable=False),
    Column("received_at", BigInteger, nullable=False, index=True),
    Column("name", String(_NAME), nullable=False),
    Column("email", String(_NAME), nullable=False),
    Column("message", Text, nullable=False),
    Column("url", Text, nullable=False),
    # `issue_hash` says which issue it belongs to, also after a merge; "" while its event is unknown.
    Column("digest", identifier(), nullable=False),
    Index("ix_issue_feedback_digest", "account_id", "digest"),
    Index("ix_issue_feedback_awaiting", "application_id", "digest", "received_at"),
)

# Sessions that reported themselves one by one, so that what comes twice counts once.
sdk_session = Table(
    "sdk_session",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("session_id", identifier(64), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("version", String(_NAME), nullable=False),
    Column("env", String(_NAME), nullable=False),
    Column("started", Integer, nullable=False),
    Column("errored", Integer, nullable=False),
    Column("unhandled", Integer, nullable=False),
    Column("crashed", Integer, nullable=False),
    Column("abnormal", Integer, nullable=False),
    Column("seen_at", BigInteger, nullable=False, index=True),
)

release_health = Table(
    "release_health",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("version", identifier(_NAME), primary_key=True),
    Column("env", identifier(_NAME), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("errored", BigInteger, nullable=False),
    Column("unhandled", BigInteger, nullable=False),
    Column("crashed", BigInteger, nullable=False),
    Column("abnormal", BigInteger, nullable=False),
)

# Who used a release on a day, by a digest, and in how many sessions it crashed for them.
release_user = Table(
    "release_user",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("version", identifier(_NAME), primary_key=True),
    Column("env", identifier(_NAME), primary_key=True),
    Column("user_mark", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("crashed", BigInteger, nullable=False),
)

# Errors of traces that were told of, as one is by every span and log line it passes through, which
# need not lead to the same issue.
traced_error = Table(
    "traced_error",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("event_id", identifier(64), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False, index=True),
)

trace_log = Table(
    "trace_log",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("trace_id", identifier(64), primary_key=True),
    Column("log_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False, index=True),
    Column("level", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("attributes", Document(dict[str, str]), nullable=False),
)
