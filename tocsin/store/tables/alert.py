"""Alerts, their labels and the events they are made of."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

from tocsin.domain.alert_event import Image
from tocsin.domain.severity import EventStatus, Severity
from tocsin.domain.trace import Step
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata
from tocsin.store.tables.label import label_postings

OPEN = text("end_time = 0 AND close_time = 0")
ECHOED = text("end_time = 0 AND close_time = 0 AND echo <> ''")
ACTIVE = text("alert.end_time = 0")

alert = Table(
    "alert",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("integration_id", BigInteger, nullable=False),
    Column("incident_id", identifier(), nullable=False),
    Column("alert_key", identifier(255), nullable=False),
    Column("title", Text, nullable=False),
    Column("title_rule", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("severity", Choice(Severity), nullable=False),
    Column("status", Choice(EventStatus), nullable=False),
    Column("start_time", BigInteger, nullable=False),
    Column("last_time", BigInteger, nullable=False),
    Column("end_time", BigInteger, nullable=False),
    Column("close_time", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("is_expired", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("last_mark", identifier(32), nullable=False),
    Column("labels", Document(dict[str, str]), nullable=False),
    Column("images", Document(tuple[Image, ...]), nullable=False),
    Column("event_count", Integer, nullable=False),
    Column("ever_muted", Boolean, nullable=False),
    Column("muted_by", Document(Step), nullable=True),
    Column("echo", identifier(32), nullable=False),
    # At most one alert of a key is open in a place, whatever races.
    Index(
        "uq_alert_open",
        "account_id",
        "integration_id",
        "alert_key",
        "channel_id",
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
    # Repeats that say nothing new are found without being read.
    Index(
        "ix_alert_echo",
        "account_id",
        "echo",
        sqlite_where=ECHOED,
        postgresql_where=ECHOED,
    ),
    Index("ix_alert_account_incident", "account_id", "incident_id", "id"),
    Index("ix_alert_account_created", "account_id", "created_at", "id"),
    Index("ix_alert_account_updated", "account_id", "updated_at", "id"),
    # Few alerts fire at a time, and those are what people look at.
    Index(
        "ix_alert_active_created",
        "account_id",
        "created_at",
        "id",
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    ),
)

# What label filters look through, by the hour an alert was made.
alert_label = label_postings("alert_label")
# What may explain others fires since whenever: no hour narrows it.
Index(
    "ix_alert_label_name",
    alert_label.c.account_id,
    alert_label.c.name,
    alert_label.c.head,
)

alert_event = Table(
    "alert_event",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("alert_id", identifier(), nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("integration_id", BigInteger, nullable=False),
    Column("alert_key", identifier(255), nullable=False),
    Column("status", Choice(EventStatus), nullable=False),
    Column("title", Text, nullable=False),
    Column("title_rule", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("labels", Document(dict[str, str]), nullable=False),
    Column("images", Document(tuple[Image, ...]), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_alert_event_account_alert", "account_id", "alert_id", "id"),
    Index("ix_alert_event_account_time", "account_id", "happened_at", "id"),
)
