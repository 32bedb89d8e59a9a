"""Which errors that are written as points become issues, where an application says so."""

from sqlalchemy import BigInteger, Column, Table

from tocsin.domain.error_delivery import ErrorDelivery
from tocsin.store.columns import Document, identifier
from tocsin.store.tables.base import metadata

error_delivery = Table(
    "error_delivery",
    metadata,
    Column("application_id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("rules", Document(ErrorDelivery), nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
)
