"""Failed attempts to sign in, so that guessing a password is slow."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from tocsin.store.tables.base import metadata

sign_in = Table(
    "sign_in",
    metadata,
    Column("who", String(400), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until", BigInteger, nullable=False, index=True),
)
