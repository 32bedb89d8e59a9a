"""Notification templates."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from tocsin.domain.message.template import Style, TemplateStatus
from tocsin.domain.preference import Stage
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata

template = Table(
    "template",
    metadata,
    Column("id", identifier(24), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("name", identifier(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("sources", Document(dict[Style, str]), nullable=False),
    Column("status", Choice(TemplateStatus), nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger, nullable=False),
    # The name while it lives, the id afterwards: a deleted template's name is free again.
    Column("name_key", String(255), nullable=False),
    Column("search", Text, nullable=False),
    Index("uq_template_account_name", "account_id", "name_key", unique=True),
    Index("ix_template_account_created", "account_id", "created_at", "id"),
)

# What people were told that is about no incident, and what else may carry it; person 0 is chats.
notice = Table(
    "notice",
    metadata,
    Column("id", identifier(24), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("subject", identifier(64), nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("about_at", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("delivery_id", identifier(24), nullable=False),
    Column("reserve", Document(tuple[Stage, ...]), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_notice_subject", "account_id", "subject", "about_at"),
    Index("ix_notice_delivery", "account_id", "delivery_id"),
    Index("ix_notice_created", "created_at"),
)
