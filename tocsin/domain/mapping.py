"""Mapping: labels looked up in a table, or asked of somebody's HTTP service."""

import hashlib
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.webhook_target import check_endpoint, check_headers
from tocsin.kernel.errors import InvalidParameter

SCHEMAS_MAX: Final = 20
APIS_MAX: Final = 50
ROWS_MAX: Final = 10_000
VALUE_LENGTH_MAX: Final = 2048
URL_LENGTH_MAX: Final = 500
HEADER_BYTES_MAX: Final = 1024

REFUSED_HEADERS: Final = frozenset(
    (
        "authorization", "proxy-authorization", "cookie", "x-api-key", "x-access-token",
        "x-forwarded-for", "x-real-ip", "true-client-ip", "x-client-ip", "host",
        "x-forwarded-host", "x-forwarded-proto", "x-internal-id", "x-user-id",
        "transfer-encoding", "upgrade", "connection",
    )
)  # fmt: skip
"""What a mapping API's own headers may not be: they say who asks, or frame the request."""

Label = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]


class MappingStatus(StrEnum):
    """A disabled API is not asked."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class MappingSchema(Struct, frozen=True):
    """A table of a mapping: which labels lead to which; instants are ms.

    Its rows are those of `generation`, so that a whole new table takes the old one's place at
    once. Until `loading_until` somebody is at its rows and nobody else may be.
    """

    id: str
    account_id: int
    name: str
    description: str
    source_labels: tuple[str, ...]
    result_labels: tuple[str, ...]
    team_id: int
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int
    generation: str
    loading_until: int = 0

    @property
    def labels(self) -> tuple[str, ...]:
        """Every column: what is looked up by, then what is found."""
        return self.source_labels + self.result_labels


class MappingRow(Struct, frozen=True):
    """A row of a mapping's table; `key` stands for the values of its source labels."""

    key: str
    fields: dict[str, str]


class MappingApi(Struct, frozen=True):
    """A service that is asked for labels."""

    id: str
    account_id: int
    name: str
    description: str
    url: str
    headers: dict[str, str]
    timeout_ms: int
    retry_count: int
    insecure_skip_verify: bool
    team_id: int
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int
    status: MappingStatus = MappingStatus.ENABLED


class ApiEdit(Struct, frozen=True):
    """What somebody changes about an API; what is UNSET stays."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    headers: dict[str, str] | UnsetType = UNSET
    timeout_ms: int | UnsetType = UNSET
    retry_count: int | UnsetType = UNSET
    insecure_skip_verify: bool | UnsetType = UNSET
    team_id: int | UnsetType = UNSET


def key_of(schema: MappingSchema, labels: Mapping[str, str]) -> str:
    """What stands for these labels in the table; "" where one of the source labels is missing."""
    values = [labels.get(name) for name in schema.source_labels]
    if None in values:
        return ""
    return hashlib.blake2b(msgspec.json.encode(values), digest_size=16).hexdigest()


def row_of(schema: MappingSchema, given: Mapping[str, str]) -> MappingRow:
    """A row as it is kept; undeclared labels go. InvalidParameter where a label is missing or
    too long."""
    fields = {name: given[name] for name in schema.labels if name in given}
    for name in schema.labels:
        if name not in fields:
            raise InvalidParameter("a row has no value for the label {label}", label=name)
        if len(fields[name]) > VALUE_LENGTH_MAX:
            raise InvalidParameter(
                "a value of the label {label} has more than {maximum} characters",
                label=name,
                maximum=VALUE_LENGTH_MAX,
            )
    return MappingRow(key_of(schema, fields), fields)


def check_schema(source_labels: Collection[str], result_labels: Collection[str]) -> None:
    """Raise InvalidParameter for labels that are named twice."""
    labels = (*source_labels, *result_labels)
    for label in labels:
        if labels.count(label) > 1:
            raise InvalidParameter(
                "the label {label} stands twice; source and result labels must all differ",
                label=label,
            )


def check_api(api: MappingApi) -> None:
    """Raise InvalidParameter for an API that could not be asked."""
    check_endpoint(api.url, "url", URL_LENGTH_MAX)
    check_headers(api.headers, "headers")
    for name, value in api.headers.items():
        if name.lower() in REFUSED_HEADERS:
            raise InvalidParameter("headers must not set {name}; choose another", name=name)
        if max(len(name.encode()), len(value.encode())) > HEADER_BYTES_MAX:
            raise InvalidParameter(
                "headers: name and value of {name} must have at most {maximum} bytes",
                name=name,
                maximum=HEADER_BYTES_MAX,
            )
