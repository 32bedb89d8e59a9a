"""Escalation and notification rules of channels, and whom they name."""

from sqlalchemy import BigInteger, Column, Index, Table

from tocsin.domain.escalation import Layer, Target
from tocsin.domain.filter import Filter
from tocsin.domain.time_filter import TimeFilter
from tocsin.store.columns import Blob, Document, identifier
from tocsin.store.tables.base import metadata
from tocsin.store.tables.noise import rule_table

escalation_rule = rule_table(
    "escalation_rule",
    Column("template_id", identifier(24), nullable=False),
    Column("layers", Document(tuple[Layer, ...]), nullable=False),
    Column("aggregation_ms", BigInteger, nullable=False),
    Column("windows", Document(tuple[TimeFilter, ...]), nullable=False),
    Column("filters", Document(Filter), nullable=False),
)

notify_rule = rule_table(
    "notify_rule",
    Column("template_id", identifier(24), nullable=False),
    Column("target", Document(Target), nullable=False),
    Column("windows", Document(tuple[TimeFilter, ...]), nullable=False),
    Column("filters", Document(Filter), nullable=False),
)

# Whom and what rules of either kind name, so that nothing goes away that a rule needs.
rule_reference = Table(
    "rule_reference",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", identifier(12), primary_key=True),
    Column("target_id", identifier(64), primary_key=True),
    Column("rule_id", identifier(24), primary_key=True),
    Index("ix_rule_reference_rule", "account_id", "rule_id"),
)

# What opens the doors of chat robots. Rules hold the handle only.
robot_secret = Table(
    "robot_secret",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("handle", identifier(64), primary_key=True),
    Column("sealed", Blob, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
    Index("ix_robot_secret_kept", "kept_at"),
)
