"""One try of an outgoing webhook: what was asked, and what came back."""

from enum import StrEnum

from msgspec import Struct


class TryStatus(StrEnum):
    """Whether the receiver said yes."""

    SUCCESS = "success"
    FAILED = "failed"


class HookType(StrEnum):
    """What a webhook reports."""

    INCIDENT = "incident"
    ALERT = "alert"


class WebhookTry(Struct, frozen=True):
    """A try as it is kept. `event_time` and `tried_at` are in ms, as is `duration`."""

    id: str
    account_id: int
    integration_id: int
    webhook_type: HookType
    event_id: str
    event_type: str
    channel_id: int
    ref_id: str
    ref_title: str
    endpoint: str
    request_headers: str
    request_body: str
    attempt: int
    duration: int
    status: TryStatus
    status_code: int
    error_message: str
    response_headers: str
    response_body: str
    event_time: int
    tried_at: int
