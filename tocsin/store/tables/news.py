"""What changed lately, for who is looking."""

from sqlalchemy import BigInteger, Column, Integer, Table

from tocsin.domain.news import News
from tocsin.store.columns import Document
from tocsin.store.tables.base import metadata

news = Table(
    "news",
    metadata,
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    Column("account_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("items", Document(tuple[News, ...]), nullable=False),
    sqlite_autoincrement=True,
)
