"""Channels, the integrations that feed them, and the account's custom fields."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, text

from tocsin.domain.channel import AutoResolveMode, ChannelStatus, Flapping, Group
from tocsin.domain.custom_field import FieldStatus, FieldType, Value, ValueType
from tocsin.domain.integration import IntegrationStatus, Settings
from tocsin.store.columns import Blob, Choice, Document, identifier
from tocsin.store.tables.base import metadata

LIVE = text("status <> 'deleted'")

channel = Table(
    "channel",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("name", identifier(255), nullable=False),
    Column("description", Text, nullable=False),
    # Name and description case-folded, which is what a query looks through.
    Column("search", Text, nullable=False),
    Column("status", Choice(ChannelStatus), nullable=False),
    Column("managing_team_ids", Document(tuple[int, ...]), nullable=False),
    Column("auto_resolve_timeout_ms", BigInteger, nullable=False),
    Column("auto_resolve_mode", Choice(AutoResolveMode), nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("disable_outlier_detection", Boolean, nullable=False),
    Column("disable_auto_close", Boolean, nullable=False),
    Column("is_external_report_enabled", Boolean, nullable=False),
    Column("external_report_token_hash", identifier(64), nullable=False, index=True),
    Column("group", Document(Group), nullable=False),
    Column("flapping", Document(Flapping), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger, nullable=False),
    Index(
        "uq_channel_account_name",
        "account_id",
        "name",
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    ),
)

# Owning and managing teams of each channel, to find the channels of a team.
channel_team = Table(
    "channel_team",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("team_id", BigInteger, primary_key=True, autoincrement=False),
    Index("ix_channel_team_account_team", "account_id", "team_id"),
)

integration = Table(
    "integration",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("name", String(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("status", Choice(IntegrationStatus), nullable=False),
    Column("plugin_id", Integer, nullable=False),
    Column("plugin_type", identifier(64), nullable=False),
    # The push key stands in every sender's configuration and is shown again to whoever may
    # manage integrations, so it is kept readable, unlike keys that open the API: it lets one
    # push events and nothing else. Doors look it up by its hash, so that the time a look-up
    # takes tells nothing about keys that exist.
    Column("key", identifier(64), nullable=False),
    Column("key_hash", identifier(64), nullable=False, unique=True),
    Column("settings", Document(Settings), nullable=False),
    # From the settings, so that mail finds it; null for most.
    Column("mail_prefix", identifier(64), nullable=True, unique=True),
    Column("settled_by", BigInteger, nullable=False),
    Column("signing_secret", Blob, nullable=False),
    Column("sealed", Blob, nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_integration_account_created", "account_id", "created_at"),
    Index("ix_integration_account_channel", "account_id", "channel_id"),
)

custom_field = Table(
    "custom_field",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("name", identifier(40), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("field_type", Choice(FieldType), nullable=False),
    Column("value_type", Choice(ValueType), nullable=False),
    Column("status", Choice(FieldStatus), nullable=False),
    Column("options", Document(tuple[str, ...]), nullable=False),
    Column("default_value", Document(Value), nullable=True),
    Column("creator_id", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("uq_custom_field_account_name", "account_id", "name", unique=True),
)
