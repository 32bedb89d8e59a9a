"""What Alertmanager's API sends: alerts, groups, silences, and how it writes ids and instants."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct, field

from tocsin.kernel.units import SECOND

_UUID_START: Final = "746f6373"
"""Before the 24 digits of our ids, to make them the UUIDs that clients expect."""
_FNV_OFFSET: Final = 14695981039346656037
_FNV_PRIME: Final = 1099511628211
_FNV_MASK: Final = (1 << 64) - 1
_YES: Final = frozenset(
    ("true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled")
)


class Refused(Exception):
    """A refusal of a request that breaks the API's schema."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Receiver(Struct, frozen=True):
    name: str


class AlertStatus(Struct, frozen=True, rename="camel"):
    state: str
    silenced_by: list[str]
    inhibited_by: list[str]
    muted_by: list[str]


class WireAlert(Struct, frozen=True, kw_only=True, rename="camel"):
    """An alert as the API shows it."""

    annotations: dict[str, str]
    ends_at: str
    fingerprint: str
    receivers: list[Receiver]
    starts_at: str
    status: AlertStatus
    updated_at: str
    generator_url: str = field(name="generatorURL")
    labels: dict[str, str]


class WireGroup(Struct, frozen=True):
    alerts: list[WireAlert]
    labels: dict[str, str]
    receiver: Receiver


class WireMatcher(Struct, frozen=True, rename="camel"):
    name: str
    value: str
    is_regex: bool
    is_equal: bool = True


class SilenceStatus(Struct, frozen=True):
    state: str


class WireSilence(Struct, frozen=True, kw_only=True, rename="camel"):
    """A silence as the API shows it."""

    id: str
    status: SilenceStatus
    updated_at: str
    comment: str
    created_by: str
    ends_at: str
    matchers: list[WireMatcher]
    starts_at: str


def written(at: int) -> str:
    """An instant (ms) in RFC 3339."""
    moment = datetime.fromtimestamp(at // SECOND, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % SECOND:03d}Z"


def uuid_of(id_: str) -> str:
    """An id of ours as a UUID."""
    digits = _UUID_START + id_
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def id_of(uuid: str) -> str:
    """The id behind a UUID, "" for one that is not ours; an id of ours stays as it is."""
    digits = uuid.lower().replace("-", "")
    if len(digits) == 32 and digits.startswith(_UUID_START):
        return digits.removeprefix(_UUID_START)
    return digits if len(digits) == 24 else ""


def fingerprint(labels: dict[str, str]) -> str:
    """What Prometheus makes of labels: FNV-1a of them all, sorted by name."""
    value = _FNV_OFFSET
    for name in sorted(labels):
        for byte in b"%b\xff%b\xff" % (name.encode(), labels[name].encode()):
            value = (value ^ byte) * _FNV_PRIME & _FNV_MASK
    return f"{value:016x}"


def is_on(query: Mapping[str, Sequence[str]], name: str) -> bool:
    """A switch of the query; one that is not there is on."""
    said = query.get(name)
    return said[-1].lower() in _YES if said else True
