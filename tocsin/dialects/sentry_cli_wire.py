"""What sentry-cli and this server say to each other."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

Sha1 = Annotated[str, Meta(pattern="^[0-9a-f]{40}$")]
Version = Annotated[str, Meta(min_length=1, max_length=200)]
Slug = Annotated[str, Meta(max_length=64)]


class Organization(Struct, frozen=True, rename="camel"):
    id: str
    slug: str
    name: str
    date_created: str
    is_early_adopter: bool = False
    require_2fa: bool = msgspec.field(default=False, name="require2FA")
    require_email_verification: bool = False
    features: tuple[str, ...] = ()


class Project(Struct, frozen=True, rename="camel"):
    id: str
    slug: str
    name: str
    date_created: str
    team: None = None


class ProjectName(Struct, frozen=True):
    slug: str
    name: str


class ReleaseItem(Struct, frozen=True, rename="camel"):
    version: str
    url: str | None
    date_created: str
    date_released: str | None
    last_event: str | None
    new_groups: int
    projects: list[ProjectName]


class ChunkOptions(Struct, frozen=True, rename="camel"):
    """How files are to be sent; `accept` is what kinds of them are kept here."""

    url: str
    chunk_size: int
    chunks_per_request: int
    max_file_size: int
    max_request_size: int
    concurrency: int
    hash_algorithm: str
    compression: tuple[str, ...]
    accept: tuple[str, ...]


class ToldCommit(Struct, frozen=True):
    """A commit as `set-commits --local` tells of it."""

    id: Annotated[str, Meta(min_length=1, max_length=64)]
    message: str | None = None
    author_name: str | None = None
    author_email: str | None = None
    timestamp: str | None = None


class ToldRef(Struct, frozen=True, rename="camel"):
    """The last commit of a repository in a release."""

    commit: Annotated[str, Meta(min_length=1, max_length=64)]
    repository: str | None = None


Commits = Annotated[list[ToldCommit], Meta(max_length=10_000)]
Refs = Annotated[list[ToldRef], Meta(max_length=100)]


class NewRelease(Struct, frozen=True, rename="camel"):
    version: Version
    projects: Annotated[list[Slug], Meta(max_length=100)] = []
    url: Annotated[str, Meta(max_length=2048)] | None = None
    date_started: str | None = None
    date_released: str | None = None
    commits: Commits | None = None
    refs: Refs | None = None


class ReleaseChange(Struct, frozen=True, rename="camel"):
    projects: Annotated[list[Slug], Meta(max_length=100)] = []
    url: Annotated[str, Meta(max_length=2048)] | None = None
    date_started: str | None = None
    date_released: str | None = None
    commits: Commits | None = None
    refs: Refs | None = None


class Assemble(Struct, frozen=True, rename="camel"):
    checksum: Sha1
    chunks: Annotated[list[Sha1], Meta(min_length=1, max_length=10_000)]
    projects: Annotated[list[Slug], Meta(min_length=1, max_length=20)]
    version: Annotated[str, Meta(max_length=200)] | None = None
    dist: Annotated[str, Meta(max_length=64)] | None = None


class Assembled(Struct, frozen=True, rename="camel"):
    """`state` is not_found while chunks are missing, then ok, or error with a `detail`."""

    state: str
    missing_chunks: list[str] = []
    detail: str | None = None


class AssembleFile(Struct, frozen=True):
    """A debug file; `debug_id` is what a mapping that names no build is called."""

    name: Annotated[str, Meta(max_length=1024)]
    chunks: Annotated[list[Sha1], Meta(min_length=1, max_length=10_000)]
    debug_id: Annotated[str, Meta(max_length=64)] | None = None


AssembleFiles = Annotated[dict[Sha1, AssembleFile], Meta(max_length=200)]
"""Debug files by the SHA-1 of the whole."""


class DebugFileData(Struct, frozen=True):
    type: str
    features: tuple[str, ...]


class DebugFile(Struct, frozen=True, rename="camel"):
    """What was made of a debug file."""

    uuid: str
    debug_id: str
    object_name: str
    cpu_name: str
    symbol_type: str
    sha1: str
    data: DebugFileData


class AssembledFile(Struct, frozen=True, rename="camel"):
    """As `Assembled`; `dif` tells of the file once it is kept."""

    state: str
    missing_chunks: list[str] = []
    detail: str | None = None
    dif: DebugFile | None = None


class Whoami(Struct, frozen=True):
    version: str
    user: dict[str, Any]
    auth: dict[str, list[str]]


def moment(ms: int) -> str:
    """An instant as ISO 8601 in UTC."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03}Z"


def instant(said: str | None) -> int:
    """The instant of a text of ISO 8601; 0 for none, and for what is none."""
    try:
        return int(datetime.fromisoformat(said).timestamp() * 1000) if said else 0
    except (ValueError, OverflowError):
        return 0
