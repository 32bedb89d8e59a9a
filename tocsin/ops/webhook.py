"""The history of outgoing webhooks."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

from tocsin.domain.access import Permission
from tocsin.domain.webhook_try import TryStatus, WebhookTry
from tocsin.engine import webhook_log
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import decode_cursor, encode_cursor
from tocsin.kernel.units import SECOND
from tocsin.store import channel as channel_store
from tocsin.store import webhook_try as tries
from tocsin.store.database import Tx
from tocsin.store.webhook_try import Filter, Place

TAG: Final = "Integrations"
INCIDENT: Final = "incident"

Instant = Annotated[
    int, Meta(ge=1_000_000_000_000, le=9_999_999_999_999, description="Milliseconds.")
]


class ListWebhookHistory(Struct, frozen=True, kw_only=True):
    start_time: Instant
    end_time: Instant
    limit: Annotated[int, Meta(ge=1, le=100)]
    search_after_ctx: str = ""
    asc: bool = False
    orderby: Literal["event_time"] = "event_time"
    ref_id: Annotated[str, Meta(max_length=128, description="An incident.")] = ""
    integration_id: Annotated[int, Meta(ge=0, description="0 is every webhook.")] = 0
    event_types: tuple[str, ...] = ()
    status: TryStatus | None = None


class WebhookHistoryItem(Struct, frozen=True, kw_only=True):
    """One try; `duration` is in ms, `status_code` 0 where nothing came back."""

    integration_id: int
    event_id: str
    webhook_type: Literal["incident", "alert"]
    event_type: str
    channel_id: int
    ref_id: str
    request_headers: str
    request_body: str
    endpoint: str
    attempt: int
    duration: int
    status: TryStatus
    status_code: int
    error_message: str
    response_headers: str
    response_body: str
    event_time: Annotated[str, Meta(description="As RFC 3339 writes it.")]


class WebhookHistory(Struct, frozen=True):
    items: list[WebhookHistoryItem]
    total: int
    search_after_ctx: Annotated[str, Meta(description="Empty on the last page.")]


class WebhookEventId(Struct, frozen=True):
    event_id: str
    integration_id: Annotated[int, Meta(ge=1)]


class WebhookHistoryDetail(WebhookHistoryItem, frozen=True, kw_only=True):
    ref_title: str
    channel_name: str


@operation("/webhook/history/list", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListWebhookHistory) -> WebhookHistory:
    """List what webhooks were told in a span of the last week, and what they answered."""
    if request.start_time >= request.end_time:
        raise InvalidParameter(
            "{field} must lie after {other}", field="end_time", other="start_time"
        )
    wanted = Filter(
        start=request.start_time,
        end=request.end_time,
        integration_ids=webhook_log.shown(tx, caller, request.integration_id),
        ref_id=request.ref_id,
        event_types=request.event_types,
        status=request.status,
    )
    after = decode_cursor(request.search_after_ctx, Place) if request.search_after_ctx else None
    limit = request.limit
    found = tries.browse(tx, caller.account_id, wanted, after, limit, ascending=request.asc)
    last = found[limit - 1] if len(found) > limit else None
    return WebhookHistory(
        [WebhookHistoryItem(**_item(one)) for one in found[:limit]],
        tries.count(tx, caller.account_id, wanted),
        encode_cursor(last.event_time, last.id) if last else "",
    )


@operation("/webhook/history/detail", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def detail(tx: Tx, caller: Caller, request: WebhookEventId) -> WebhookHistoryDetail:
    """Show the last try to tell a webhook of an event."""
    found = webhook_log.latest(tx, caller, request.integration_id, request.event_id)
    channel = channel_store.get(tx, caller.account_id, found.channel_id)
    return WebhookHistoryDetail(
        **_item(found), ref_title=found.ref_title, channel_name=channel.name if channel else ""
    )


@operation("/webhook/history/replay", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG)
def replay(tx: Tx, caller: Caller, request: WebhookEventId) -> Empty:
    """Tell a webhook of an event once more, with the same `event_id`, at its present address."""
    webhook_log.replay(tx, caller, request.integration_id, request.event_id)
    return Empty()


def _item(of: WebhookTry) -> dict[str, Any]:
    shown = {
        name: value
        for name, value in asdict(of).items()
        if name in WebhookHistoryItem.__struct_fields__
    }
    moment = datetime.fromtimestamp(of.event_time / SECOND, UTC)
    return {**shown, "webhook_type": INCIDENT, "event_time": moment.isoformat(timespec="seconds")}
