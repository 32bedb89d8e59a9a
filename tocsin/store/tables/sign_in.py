"""Failed attempts to sign in, so that guessing a password is slow."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from tocsin.store.tables.base import metadata

sign_in = Table(
    "sign_in",
    metadata,
    Column("email_key", String(255), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
)
