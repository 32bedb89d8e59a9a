"""Second factors, and passkeys."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from tocsin.store.columns import identifier
from tocsin.store.tables.base import metadata

second_factor = Table(
    "second_factor",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("confirmed_at", BigInteger, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", identifier(64), primary_key=True),
)

passkey = Table(
    "passkey",
    metadata,
    Column("id", identifier(), primary_key=True),
    # As the browser names it, which may be long.
    Column("credential_hash", identifier(64), nullable=False, unique=True),
    Column("credential_id", LargeBinary, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("name", String(255), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Index("ix_passkey_account_member", "account_id", "member_id"),
)

challenge = Table(
    "challenge",
    metadata,
    Column("hash", identifier(64), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    # 0 where nobody knows yet who will answer it.
    Column("member_id", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
