"""How people are reached, what they prefer, and the pages on their way to them."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from tocsin.domain.contact import Service
from tocsin.domain.page import PageStatus, Step
from tocsin.domain.preference import Stage
from tocsin.domain.time_filter import TimeFilter
from tocsin.store.columns import Blob, Choice, Document, identifier
from tocsin.store.tables.base import metadata

contact = Table(
    "contact",
    metadata,
    Column("id", identifier(24), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("service", Choice(Service), nullable=False),
    Column("name", String(255), nullable=False),
    Column("label", Text, nullable=False),
    Column("sealed", Blob, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("verified_at", BigInteger, nullable=False),
    Column("code_hash", identifier(64), nullable=False),
    Column("code_sent_at", BigInteger, nullable=False),
    Column("code_failures", Integer, nullable=False),
    Index("ix_contact_account_person", "account_id", "person_id", "id"),
)

preference = Table(
    "preference",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("critical", Document(tuple[str, ...]), nullable=False),
    Column("warning", Document(tuple[str, ...]), nullable=False),
    Column("info", Document(tuple[str, ...]), nullable=False),
    Column("waits_ms", Document(dict[str, int]), nullable=False),
    Column("quiet", Document(tuple[TimeFilter, ...]), nullable=False),
    Column("shifts", Document(tuple[str, ...]), nullable=False),
)

page = Table(
    "page",
    metadata,
    Column("id", identifier(24), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("incident_id", identifier(24), nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("step", Document(Step), nullable=False),
    Column("reason", Text, nullable=False),
    Column("stages", Document(tuple[Stage, ...]), nullable=False),
    Column("position", Integer, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("status", Choice(PageStatus), nullable=False),
    Index("ix_page_account_incident", "account_id", "incident_id", "person_id"),
    Index("ix_page_created", "created_at"),
)

page_attempt = Table(
    "page_attempt",
    metadata,
    Column("id", identifier(24), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("page_id", identifier(24), nullable=False),
    Column("incident_id", identifier(24), nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("method", identifier(40), nullable=False),
    Column("contact_id", identifier(24), nullable=False),
    Column("delivery_id", identifier(24), nullable=False),
    Column("owed_at", BigInteger, nullable=False),
    Column("held", Boolean, nullable=False),
    Index("ix_page_attempt_person", "account_id", "person_id", "method", "owed_at"),
    Index("ix_page_attempt_incident", "account_id", "incident_id", "person_id"),
    Index("ix_page_attempt_delivery", "delivery_id"),
    Index("ix_page_attempt_owed", "owed_at"),
)

# One pair for an account for good: subscriptions of browsers are bound to it.
push_key = Table(
    "push_key",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("public", Text, nullable=False),
    Column("sealed", Blob, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
