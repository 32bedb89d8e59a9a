"""Accounts, members, teams, roles, keys, console sessions and the audit log."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, text

from tocsin.domain.access import RoleStatus
from tocsin.domain.app_key import KeyKind, KeyStatus
from tocsin.domain.audit import Parameter
from tocsin.domain.member import MemberStatus
from tocsin.domain.session import WayIn
from tocsin.domain.team import TeamStatus
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata

LIVE_WITH_EMAIL = text("status <> 'deleted' AND email_key <> ''")

account = Table(
    "account",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(255), nullable=False),
    Column("email", String(255), nullable=False),
    Column("phone", String(64), nullable=False),
    Column("country_code", String(8), nullable=False),
    Column("avatar", Text, nullable=False),
    Column("domain", String(255), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("role_id_last", Integer, nullable=False),
)

member = Table(
    "member",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    Column("name", String(255), nullable=False),
    Column("email", String(255), nullable=False),
    Column("email_verified", Boolean, nullable=False),
    Column("phone", String(64), nullable=False),
    Column("phone_verified", Boolean, nullable=False),
    Column("country_code", String(8), nullable=False),
    Column("avatar", Text, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("status", Choice(MemberStatus), nullable=False),
    Column("is_external", Boolean, nullable=False),
    Column("ref_id", String(255), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    # Case-folded twins: what is compared and searched, as neither database folds like the other.
    Column("email_key", String(255), nullable=False),
    Column("search", Text, nullable=False),
    # The console's password (argon2) and whether it was handed out for one use.
    Column("password_hash", Text, nullable=False),
    Column("password_is_temporary", Boolean, nullable=False),
    Index("ix_member_account_created", "account_id", "created_at"),
    Index(
        "uq_member_account_email",
        "account_id",
        "email_key",
        unique=True,
        sqlite_where=LIVE_WITH_EMAIL,
        postgresql_where=LIVE_WITH_EMAIL,
    ),
)

member_role = Table(
    "member_role",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role_id", Integer, primary_key=True, autoincrement=False),
    Index("ix_member_role_account_role", "account_id", "role_id"),
)

team = Table(
    "team",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    Column("name", String(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("status", Choice(TeamStatus), nullable=False),
    Column("ref_id", String(255), nullable=False),
    Column("creator_id", BigInteger, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("search", Text, nullable=False),
    Index("uq_team_account_name", "account_id", "name", unique=True),
)

team_member = Table(
    "team_member",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("team_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Index("ix_team_member_account_member", "account_id", "member_id"),
)

role = Table(
    "role",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("status", Choice(RoleStatus), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("uq_role_account_name", "account_id", "name", unique=True),
)

role_permission = Table(
    "role_permission",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role_id", Integer, primary_key=True, autoincrement=False),
    Column("permission_id", Integer, primary_key=True, autoincrement=False),
)

app_key = Table(
    "app_key",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("kind", Choice(KeyKind), nullable=False),
    Column("name", String(255), nullable=False),
    Column("hash", identifier(64), nullable=False, unique=True),
    Column("hint", String(8), nullable=False),
    Column("status", Choice(KeyStatus), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger, nullable=False),
    Column("previous_hash", identifier(64), nullable=False, index=True),
    Column("previous_until", BigInteger, nullable=False),
    Index("ix_app_key_account_member", "account_id", "member_id"),
)

session = Table(
    "session",
    metadata,
    Column("hash", identifier(64), primary_key=True),
    Column("id", identifier(), nullable=False, unique=True),
    Column("account_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("way", Choice(WayIn), nullable=False),
    Column("ip", String(64), nullable=False),
    Column("agent", String(255), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_session_account_member", "account_id", "member_id"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("member_name", String(255), nullable=False),
    Column("request_id", identifier(64), nullable=False),
    Column("ip", String(64), nullable=False),
    Column("operation", identifier(128), nullable=False),
    Column("operation_name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("params", Document(list[Parameter]), nullable=False),
    Column("code", String(40), nullable=False),
    Column("is_dangerous", Boolean, nullable=False),
    Column("is_write", Boolean, nullable=False),
    # The channels it concerns: shown, never searched.
    Column("channel_ids", Document(tuple[int, ...]), nullable=False),
    Index("ix_audit_account_created", "account_id", "created_at", "id"),
    Index("ix_audit_account_request", "account_id", "request_id"),
)
