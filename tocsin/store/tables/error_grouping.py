"""How the errors of applications are grouped, where somebody said so."""

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from tocsin.domain.tracking import NoiseFilters
from tocsin.store.columns import Document, identifier
from tocsin.store.tables.base import metadata

error_grouping = Table(
    "error_grouping",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("fingerprint_rules", Text, nullable=False),
    Column("stack_rules", Text, nullable=False),
    Column("noise", Document(NoiseFilters), nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
)
