"""On which terms issues are resolved or ignored, and what releases hold."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from tocsin.domain.issue_terms import TermsKind
from tocsin.store.columns import Choice, identifier
from tocsin.store.tables.base import metadata

issue_terms = Table(
    "issue_terms",
    metadata,
    Column("issue_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("application_id", identifier(), nullable=False),
    Column("kind", Choice(TermsKind), nullable=False),
    Column("set_at", BigInteger, nullable=False),
    Column("release", identifier(200), nullable=False),
    Column("release_seen_at", BigInteger, nullable=False),
    Column("commit", identifier(64), nullable=False),
    Column("until_at", BigInteger, nullable=False),
    Column("until_count", BigInteger, nullable=False),
    Column("until_users", BigInteger, nullable=False),
    Column("until_spike", Boolean, nullable=False),
    Index("ix_issue_terms_application", "application_id", "kind"),
)

release_commit = Table(
    "release_commit",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("application_id", identifier(), primary_key=True),
    Column("version", identifier(256), primary_key=True),
    Column("commit", identifier(64), primary_key=True),
    Column("author", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("committed_at", BigInteger, nullable=False),
    Index("ix_release_commit_commit", "application_id", "commit"),
)
