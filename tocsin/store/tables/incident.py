"""Incidents, what they are found by, and their timelines.

An incident's row holds all of it, so that a list reads one table. The tables of labels, words,
people and fields repeat what the row holds, to be searched.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

from tocsin.domain.channel import GroupMethod
from tocsin.domain.incident import (
    Assignment,
    Escalation,
    Frequency,
    Overridable,
    Progress,
    Responder,
    Stuck,
)
from tocsin.domain.severity import EventStatus, Severity
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata
from tocsin.store.tables.label import label_postings, postings

OPEN = text("progress <> 'Closed'")
STUCK = text("stuck <> ''")

incident = Table(
    "incident",
    metadata,
    Column("incident_id", identifier(24), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("num", identifier(6), nullable=False),
    Column("progress", Choice(Progress), nullable=False),
    Column("severity", Choice(Severity), nullable=False),
    Column("status", Choice(EventStatus), nullable=False),
    Column("start_time", BigInteger, nullable=False),
    Column("last_time", BigInteger, nullable=False),
    Column("end_time", BigInteger, nullable=False),
    Column("ack_time", BigInteger, nullable=False),
    Column("close_time", BigInteger, nullable=False),
    Column("snoozed_before", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("closer_id", BigInteger, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("reporter_email", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("impact", Text, nullable=False),
    Column("root_cause", Text, nullable=False),
    Column("resolution", Text, nullable=False),
    Column("group_method", Choice(GroupMethod), nullable=False),
    Column("buckets", Document(tuple[str, ...]), nullable=False),
    Column("grouped_by", Document(dict[str, str]), nullable=False),
    Column("merged_at", BigInteger, nullable=False),
    Column("storm", Integer, nullable=False),
    Column("is_flapping", Boolean, nullable=False),
    Column("muted_until", BigInteger, nullable=False),
    Column("dedup_key", identifier(255), nullable=False),
    Column("merge_disabled", Boolean, nullable=False),
    Column("ever_muted", Boolean, nullable=False),
    Column("frequency", Choice(Frequency), nullable=False),
    Column("alert_cnt", Integer, nullable=False),
    Column("active_alert_cnt", Integer, nullable=False),
    Column("alert_event_cnt", Integer, nullable=False),
    Column("integration_ids", Document(tuple[int, ...]), nullable=False),
    Column("integration_types", Document(tuple[str, ...]), nullable=False),
    Column("labels", Document(dict[str, str]), nullable=False),
    Column("fields", Document(dict[str, Any]), nullable=False),
    Column("assigned_to", Document(Assignment), nullable=False),
    Column("responders", Document(tuple[Responder, ...]), nullable=False),
    Column("manual_overrides", Document(tuple[Overridable, ...]), nullable=False),
    Column("escalation", Document(Escalation), nullable=False),
    Column("stuck", Choice(Stuck), nullable=False),
    # The words of title, labels, findings and description, each behind a blank: what a query
    # looks through.
    Column("search", Text, nullable=False),
    Index("ix_incident_account_start", "account_id", "start_time", "incident_id"),
    Index("ix_incident_channel_start", "account_id", "channel_id", "start_time", "incident_id"),
    Index("ix_incident_account_num", "account_id", "num", "start_time"),
    # Few incidents are open at a time, and those are what people look at.
    Index(
        "ix_incident_open_start",
        "account_id",
        "start_time",
        "incident_id",
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
    Index(
        "ix_incident_open_channel",
        "account_id",
        "channel_id",
        "incident_id",
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
    # What an operator watches: those that wait and of whom nobody is told any more.
    Index("ix_incident_stuck", "stuck", sqlite_where=STUCK, postgresql_where=STUCK),
)

# What incidents are found by: their labels and the words in `incident.search`. These are postings
# (store/posting.py), by the hour an incident began.
incident_label = label_postings("incident_label")

incident_word = postings("incident_word", Column("word", identifier(40), primary_key=True))

incident_responder = Table(
    "incident_responder",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("incident_id", identifier(24), primary_key=True),
    Column("acknowledged", Boolean, nullable=False),
    Index("ix_incident_responder_incident", "account_id", "incident_id"),
)

# A row for each value of a field: several for a choice of several. `mark` is its digest.
incident_field = Table(
    "incident_field",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", identifier(40), primary_key=True),
    Column("mark", identifier(32), primary_key=True),
    Column("incident_id", identifier(24), primary_key=True),
    Index("ix_incident_field_incident", "account_id", "incident_id"),
)

# The buckets of open incidents, which new alerts of the channel may join.
incident_bucket = Table(
    "incident_bucket",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("bucket", identifier(32), primary_key=True),
    Column("incident_id", identifier(24), primary_key=True),
    Index("ix_incident_bucket_incident", "account_id", "incident_id"),
)

# What incidents of channels with a like title are found by (domain/similarity.py).
incident_mark = Table(
    "incident_mark",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mark", identifier(16), primary_key=True),
    Column("start_time", BigInteger, primary_key=True, autoincrement=False),
    Column("incident_id", identifier(24), primary_key=True),
    Index("ix_incident_mark_incident", "account_id", "incident_id"),
)

# How often the alert of a key fired and recovered lately; older rows are swept.
flapping = Table(
    "flapping",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("integration_id", BigInteger, primary_key=True, autoincrement=False),
    Column("alert_key", identifier(255), primary_key=True),
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("changes", Document(tuple[int, ...]), nullable=False),
    Column("muted_until", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_flapping_updated", "updated_at"),
)

# One row a timeline entry; `ref_id` is the incident or alert it concerns.
feed = Table(
    "feed",
    metadata,
    Column("id", identifier(24), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("ref_id", identifier(24), nullable=False),
    Column("type", identifier(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_feed_account_ref", "account_id", "ref_id", "created_at", "id"),
)
