"""Issues, the hashes that lead to them, their events, sessions, versions and history."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, text

from tocsin.domain.fingerprint_variant import Strategy
from tocsin.domain.issue import Stage
from tocsin.domain.issue_cause import Cause, CauseSource
from tocsin.domain.issue_event import THIN_ABOVE, Keep
from tocsin.domain.issue_words import KEY_LENGTH_MAX
from tocsin.domain.severity import Severity
from tocsin.store.columns import Blob, Choice, Document, identifier
from tocsin.store.tables.base import metadata
from tocsin.store.tables.label import postings

_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")
_VERSION = 200
OVERFULL = text(f"kept_count > {THIN_ABOVE}")

issue = Table(
    "issue",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("tracking_id", identifier(40), nullable=False),
    Column("digest", identifier(), nullable=False),
    Column("application_id", identifier(), nullable=False),
    Column("service", String(200), nullable=False),
    Column("env", String(200), nullable=False),
    Column("error_type", Text, nullable=False),
    Column("error_message", Text, nullable=False),
    Column("stage", Choice(Stage), nullable=False),
    Column("severity", Choice(Severity), nullable=False),
    Column("is_crash", Boolean, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("first_seen_version", String(_VERSION), nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("last_seen_version", String(_VERSION), nullable=False),
    Column("newest_version", String(_VERSION), nullable=False),
    Column("error_count", BigInteger, nullable=False),
    Column("session_count", BigInteger, nullable=False),
    Column("user_count", BigInteger, nullable=False),
    Column("cause_source", Choice(CauseSource), nullable=False),
    Column("cause", Choice(Cause), nullable=False),
    Column("cause_reason", Text, nullable=False),
    Column("cause_person_id", BigInteger, nullable=False),
    Column("resolved_at", BigInteger, nullable=False),
    Column("resolved_by", BigInteger, nullable=False),
    Column("regressed_at", BigInteger, nullable=False),
    Column("regressed_version", String(_VERSION), nullable=False),
    Column("regressed_resolved_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("merged_into", identifier(), nullable=False),
    # Type and message, case-folded: what free text is searched in.
    Column("search", Text, nullable=False),
    # Its words, each behind a blank.
    Column("words", Text, nullable=False),
    # Events of it in the store, counted so that the sweep finds what has grown too many.
    Column("kept_count", Integer, nullable=False),
    Index("uq_issue_account_tracking", "account_id", "tracking_id", unique=True),
    Index("ix_issue_account_created", "account_id", "created_at", "issue_id"),
    Index("ix_issue_account_updated", "account_id", "updated_at", "issue_id"),
    Index("ix_issue_account_errors", "account_id", "error_count", "issue_id"),
    Index("ix_issue_account_sessions", "account_id", "session_count", "issue_id"),
    Index("ix_issue_application_seen", "application_id", "stage", "last_seen_at"),
    Index("ix_issue_overfull", "issue_id", sqlite_where=OVERFULL, postgresql_where=OVERFULL),
)

# Filed under the first hour of the day an issue was made: words, and values of fields and tags.
issue_word = postings("issue_word", Column("word", identifier(KEY_LENGTH_MAX), primary_key=True))

# The values that tags of its events had, up to so many.
issue_tag = Table(
    "issue_tag",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("name", identifier(200), primary_key=True),
    Column("value", identifier(200), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Why the occurrences of an issue were grouped, as its first event told.
issue_grouping = Table(
    "issue_grouping",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("parts", Document(tuple[str, ...]), nullable=False),
)

issue_hash = Table(
    "issue_hash",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", identifier(), primary_key=True),
    Column("issue_id", identifier(), nullable=False, index=True),
    Column("strategy", Choice(Strategy), nullable=False),
    Column("version", Integer, nullable=False),
    # How many errors it was the first hash of.
    Column("count", BigInteger, nullable=False),
)

issue_event = Table(
    "issue_event",
    metadata,
    Column("id", _SEQUENCE, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("application_id", identifier(), nullable=False),
    # An untracked event stands under its application's id instead of an issue's.
    Column("issue_id", identifier(), nullable=False),
    Column("event_id", identifier(64), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("version", String(_VERSION), nullable=False),
    Column("env", String(200), nullable=False),
    Column("is_crash", Boolean, nullable=False),
    Column("user_id", String(256), nullable=False),
    Column("session_id", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("keep", Choice(Keep), nullable=False),
    # zstd over the JSON as it arrived (raw_bytes of it), then the event as it was understood.
    Column("raw_bytes", Integer, nullable=False),
    Column("payload", Blob, nullable=False),
    # Finds an issue's events, and one that came twice.
    Index("uq_issue_event_issue_event", "issue_id", "event_id", unique=True),
    Index("ix_issue_event_received", "application_id", "received_at"),
)

issue_session = Table(
    "issue_session",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("session_id", identifier(64), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False, index=True),
)

# Whom an issue happened to, as its events name them.
issue_user = Table(
    "issue_user",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("user_id", identifier(256), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False, index=True),
)

issue_version = Table(
    "issue_version",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("version", identifier(_VERSION), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)

application_version = Table(
    "application_version",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("application_id", identifier(), primary_key=True),
    Column("service", identifier(_VERSION), primary_key=True),
    Column("version", identifier(_VERSION), primary_key=True),
    Column("first_seen_at", BigInteger, nullable=False),
)

issue_stage_change = Table(
    "issue_stage_change",
    metadata,
    Column("id", _SEQUENCE, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("issue_id", identifier(), nullable=False, index=True),
    Column("changed_at", BigInteger, nullable=False),
    Column("stage", Choice(Stage), nullable=False),
    Column("operator", BigInteger, nullable=False),
)

issue_assignee = Table(
    "issue_assignee",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
)

issue_comment = Table(
    "issue_comment",
    metadata,
    Column("comment_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("issue_id", identifier(), nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_issue_comment_issue_created", "issue_id", "created_at"),
)

# What each application keeps of its events, and how many it has.
issue_retention = Table(
    "issue_retention",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("age_ms", BigInteger, nullable=False),
    Column("events_max", BigInteger, nullable=False),
    Column("session_ms", BigInteger, nullable=False),
    Column("detail_ms", BigInteger, nullable=False),
    Column("event_count", BigInteger, nullable=False),
)

# One row: how far the sweep over old events has come.
issue_sweep = Table(
    "issue_sweep",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("after_id", BigInteger, nullable=False),
)
