"""Views of lists that people gave a name."""

from sqlalchemy import BigInteger, Column, String, Table, Text

from tocsin.domain.saved_view import NAME_LENGTH_MAX, Screen
from tocsin.store.columns import Choice
from tocsin.store.tables.base import metadata

saved_view = Table(
    "saved_view",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("screen", Choice(Screen), primary_key=True),
    Column("name", String(NAME_LENGTH_MAX), primary_key=True),
    Column("query", Text, nullable=False),
)
