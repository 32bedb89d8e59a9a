"""What the coverage check found, and how it is to check."""

from sqlalchemy import BigInteger, Boolean, Column, Table, Text

from tocsin.domain.severity import Severity
from tocsin.store.columns import Choice, Document
from tocsin.store.tables.base import metadata

coverage = Table(
    "coverage",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("severity", Choice(Severity), primary_key=True),
    Column("checked_at", BigInteger, nullable=False),
    Column("uncovered_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("trace", Document(tuple[str, ...]), nullable=False),
    Column("within_ms", BigInteger, nullable=False),
    Column("is_told", Boolean, nullable=False),
)

coverage_wish = Table(
    "coverage_wish",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("within_ms", BigInteger, nullable=False),
)
