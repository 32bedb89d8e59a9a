"""What an integration does with what it is sent: enrichment, pipeline, routing, and mappings."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from tocsin.domain import alert_pipeline as pipeline_rules
from tocsin.domain import enrichment as enrichment_rules
from tocsin.domain.mapping import MappingStatus
from tocsin.domain.routing import Case, Default, Section
from tocsin.store.columns import Blob, Choice, Document, identifier
from tocsin.store.tables.base import metadata

route = Table(
    "route",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("integration_id", BigInteger, primary_key=True, autoincrement=False),
    Column("cases", Document(tuple[Case, ...]), nullable=False),
    Column("sections", Document(tuple[Section, ...]), nullable=False),
    Column("default", Document(Default), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# Every version a route had, the one in force too.
route_history = Table(
    "route_history",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("integration_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("cases", Document(tuple[Case, ...]), nullable=False),
    Column("sections", Document(tuple[Section, ...]), nullable=False),
    Column("default", Document(Default), nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

alert_pipeline = Table(
    "alert_pipeline",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("integration_id", BigInteger, primary_key=True, autoincrement=False),
    Column("rules", Document(tuple[pipeline_rules.Rule, ...]), nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

enrichment = Table(
    "enrichment",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("integration_id", BigInteger, primary_key=True, autoincrement=False),
    Column("rules", Document(tuple[enrichment_rules.Rule, ...]), nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# Which mappings the rules of an integration look in, to find what still uses one.
enrichment_mapping = Table(
    "enrichment_mapping",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mapping_id", identifier(), primary_key=True),
    Column("integration_id", BigInteger, primary_key=True, autoincrement=False),
    Index("ix_enrichment_mapping_account_integration", "account_id", "integration_id"),
)

mapping_schema = Table(
    "mapping_schema",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("name", identifier(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("source_labels", Document(tuple[str, ...]), nullable=False),
    Column("result_labels", Document(tuple[str, ...]), nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("generation", identifier(), nullable=False),
    Column("loading_until", BigInteger, nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("uq_mapping_schema_account_name", "account_id", "name", unique=True),
)

# Rows of every generation: of those in force, being loaded, and not cleared away yet.
mapping_row = Table(
    "mapping_row",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("generation", identifier(), primary_key=True),
    Column("key", identifier(), primary_key=True),
    Column("fields", Document(dict[str, str]), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_mapping_row_created", "account_id", "generation", "created_at", "key"),
    Index("ix_mapping_row_updated", "account_id", "generation", "updated_at", "key"),
)

# Generations that are nobody's any more, or will be unless they are taken into force by then.
mapping_leftover = Table(
    "mapping_leftover",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("generation", identifier(), primary_key=True),
    Column("due_at", BigInteger, nullable=False, index=True),
)

mapping_api = Table(
    "mapping_api",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("name", identifier(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("url", String(2048), nullable=False),
    Column("headers", Document(dict[str, str]), nullable=False),
    # The address and the headers in full: the two columns above hide what may be a secret.
    Column("sealed", Blob, nullable=False),
    Column("timeout_ms", BigInteger, nullable=False),
    Column("retry_count", Integer, nullable=False),
    Column("insecure_skip_verify", Boolean, nullable=False),
    Column("status", Choice(MappingStatus), nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("uq_mapping_api_account_name", "account_id", "name", unique=True),
)
