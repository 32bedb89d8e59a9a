"""An application: what sends errors, the keys it sends them with, and who sees it."""

from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.given import given

CHANNELS_MAX: Final = 100
ENDPOINT_LENGTH_MAX: Final = 2048
PROJECT_MIN: Final = 100_000_000
PROJECT_COUNT: Final = 900_000_000
"""DSN parsers of several SDKs insist on an integer, some on one of 32 bits."""


class ApplicationType(StrEnum):
    """What the application runs on."""

    BROWSER = "browser"
    IOS = "ios"
    ANDROID = "android"
    REACT_NATIVE = "react-native"
    FLUTTER = "flutter"
    KOTLIN_MULTIPLATFORM = "kotlin-multiplatform"
    ROKU = "roku"
    UNITY = "unity"


class ApplicationStatus(StrEnum):
    """Only an enabled application may send."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


class OpenType(StrEnum):
    """Where a link to a trace opens."""

    POPUP = "popup"
    TAB = "tab"
    UNSET = ""


class Alerting(Struct, frozen=True):
    """Where issues of the application raise alerts."""

    enabled: bool = False
    channel_ids: tuple[int, ...] = ()
    integration_id: Annotated[int, Meta(description="Assigned by the server.")] = 0


class Tracing(Struct, frozen=True):
    """How to find the trace of a request in another system."""

    enabled: bool = False
    open_type: OpenType = OpenType.UNSET
    endpoint: Annotated[str, Meta(description="An address; `${trace_id}` stands for the id.")] = ""


class Application(Struct, frozen=True, kw_only=True):
    """`client_token` opens the RUM doors, `sentry_key` with `sentry_project` the Sentry doors.

    Instants are ms. With `no_ip` nothing that came from it is kept with a network address.
    """

    id: str
    account_id: int
    name: str
    type: ApplicationType
    client_token: str
    sentry_key: str
    sentry_project: int
    team_id: int
    is_private: bool = False
    no_ip: bool = False
    no_geo: bool = False
    alerting: Alerting = Alerting()
    tracing: Tracing = Tracing()
    status: ApplicationStatus = ApplicationStatus.ENABLED
    created_by: int = 0
    updated_by: int = 0
    created_at: int = 0
    updated_at: int = 0


class ApplicationEdit(Struct, frozen=True, kw_only=True):
    """New settings; what is UNSET stays."""

    name: str | UnsetType = UNSET
    type: ApplicationType | UnsetType = UNSET
    team_id: int | UnsetType = UNSET
    is_private: bool | UnsetType = UNSET
    no_ip: bool | UnsetType = UNSET
    no_geo: bool | UnsetType = UNSET
    alerting: Alerting | UnsetType = UNSET
    tracing: Tracing | UnsetType = UNSET


def edited(current: Application, edit: ApplicationEdit) -> Application:
    """The application after an edit; the integration behind its alerts is not the caller's."""
    changes = given(asdict(edit))
    if edit.alerting is not UNSET:
        kept = current.alerting.integration_id
        changes["alerting"] = replace(edit.alerting, integration_id=kept)
    return replace(current, **changes)


def check(edit: ApplicationEdit) -> None:
    """Raise InvalidParameter for settings over their bounds."""
    channels = 0 if edit.alerting is UNSET else len(edit.alerting.channel_ids)
    if channels > CHANNELS_MAX:
        raise InvalidParameter(
            "alerting.channel_ids may name at most {maximum} channels, not {count}",
            maximum=CHANNELS_MAX,
            count=channels,
        )
    endpoint = 0 if edit.tracing is UNSET else len(edit.tracing.endpoint)
    if endpoint > ENDPOINT_LENGTH_MAX:
        raise InvalidParameter(
            "tracing.endpoint may have at most {maximum} characters, not {count}",
            maximum=ENDPOINT_LENGTH_MAX,
            count=endpoint,
        )


def is_visible(application: Application, caller: Caller) -> bool:
    """A private application shows to its team, its creator and admins; any other to everybody."""
    return (
        not application.is_private
        or caller.is_admin
        or caller.member_id == application.created_by
        or application.team_id in caller.team_ids
    )


def dsn(application: Application, public_url: str) -> str:
    """The address a Sentry SDK is configured with, on a server people reach at `public_url`."""
    parts = urlsplit(public_url)
    place = f"{parts.netloc}{parts.path.rstrip('/')}"
    return f"{parts.scheme}://{application.sentry_key}@{place}/{application.sentry_project}"
