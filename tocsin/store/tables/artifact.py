"""What builds upload: source maps, the files they are kept in, and the releases they belong to."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from tocsin.domain.artifact import Place, Platform
from tocsin.store.columns import Choice, Document, identifier
from tocsin.store.tables.base import metadata

# A file of the data folder by the SHA-256 of its content; `disk_size` is what it takes there.
stored_file = Table(
    "stored_file",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", identifier(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("disk_size", BigInteger, nullable=False),
    # When to look next whether anything refers to it.
    Column("check_at", BigInteger, nullable=False, index=True),
)

artifact = Table(
    "artifact",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("application_id", identifier(), nullable=False),
    Column("service", String(200), nullable=False),
    Column("release", String(256), nullable=False),
    Column("dist", String(64), nullable=False),
    Column("url", Text, nullable=False),
    # The URL case-folded, which is what a query looks through.
    Column("search", Text, nullable=False),
    Column("debug_id", identifier(), nullable=False),
    Column("platform", Choice(Platform), nullable=False),
    Column("map_hash", identifier(64), nullable=False),
    Column("minified_hash", identifier(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("repository_url", Text, nullable=False),
    Column("commit", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False, index=True),
    # SHA-256 over what it is looked up by, so that an upload replaces its like.
    Column("place", identifier(64), nullable=False),
    Index("uq_artifact_account_place", "account_id", "place", unique=True),
    Index("ix_artifact_account_debug", "account_id", "debug_id"),
    Index("ix_artifact_account_release", "account_id", "release", "application_id"),
    Index("ix_artifact_account_created", "account_id", "created_at"),
    Index("ix_artifact_account_updated", "account_id", "updated_at"),
    Index("ix_artifact_map", "account_id", "map_hash"),
    Index("ix_artifact_minified", "account_id", "minified_hash"),
)

# Where errors are to be explained by maps that came after them, until the engine turns to it.
late_map = Table(
    "late_map",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", identifier(), primary_key=True),
    Column("place", Document(Place), nullable=False),
)

# A piece of a bundle on its way, by the SHA-1 that build tools name it by.
chunk = Table(
    "chunk",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", identifier(40), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False, index=True),
)

# A bundle whose files are filed, so that asking again need not take it apart again.
assembly = Table(
    "assembly",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", identifier(64), primary_key=True),
    Column("assembled_at", BigInteger, nullable=False, index=True),
)

release = Table(
    "release",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("application_id", identifier(), primary_key=True),
    Column("version", identifier(256), primary_key=True),
    Column("url", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("released_at", BigInteger, nullable=False),
    Index("ix_release_application_created", "application_id", "created_at"),
)

# A ZIP of a release that comes in parts, until they are merged.
build_upload = Table(
    "build_upload",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("application_id", identifier(), nullable=False),
    Column("release", String(256), nullable=False),
    Column("created_at", BigInteger, nullable=False, index=True),
)

build_upload_part = Table(
    "build_upload_part",
    metadata,
    Column("upload_id", identifier(), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    Column("hash", identifier(40), nullable=False),
)
