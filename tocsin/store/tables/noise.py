"""The drop, silence and inhibit rules of channels."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from tocsin.domain.filter import Filter
from tocsin.domain.label_matcher import LabelMatcher
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.time_filter import TimeFilter
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata


def rule_table(name: str, *more: Column[object]) -> Table:
    """A table of rules: what every rule has, and what is its own."""
    return Table(
        name,
        metadata,
        Column("id", identifier(24), primary_key=True),
        Column("account_id", BigInteger, nullable=False),
        Column("channel_id", BigInteger, nullable=False),
        Column("priority", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("description", Text, nullable=False),
        Column("status", Choice(RuleStatus), nullable=False),
        *more,
        Column("creator_id", BigInteger, nullable=False),
        Column("updated_by", BigInteger, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("updated_at", BigInteger, nullable=False),
        Index(f"ix_{name}_channel", "account_id", "channel_id", "priority", "id"),
    )


drop_rule = rule_table("drop_rule", Column("filters", Document(Filter), nullable=False))

silence_rule = rule_table(
    "silence_rule",
    Column("filters", Document(Filter), nullable=False),
    Column("start_time", BigInteger, nullable=False),
    Column("end_time", BigInteger, nullable=False),
    Column("windows", Document(tuple[TimeFilter, ...]), nullable=False),
    Column("is_directly_discard", Boolean, nullable=False),
    Column("is_auto_delete", Boolean, nullable=False),
    Column("from_incident_id", identifier(24), nullable=False),
    Column("author", Text, nullable=False),
    Column("matchers", Document(tuple[LabelMatcher, ...]), nullable=False),
)

inhibit_rule = rule_table(
    "inhibit_rule",
    Column("source_filters", Document(Filter), nullable=False),
    Column("target_filters", Document(Filter), nullable=False),
    Column("equals", Document(tuple[str, ...]), nullable=False),
    Column("is_directly_discard", Boolean, nullable=False),
)
