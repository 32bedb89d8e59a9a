"""The history of outgoing webhooks."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

from tocsin.domain.access import Permission
from tocsin.domain.webhook_try import HookType, TryStatus, WebhookTry
from tocsin.engine import webhook_log, webhook_target
from tocsin.engine.incident_search import hidden_channels
from tocsin.engine.webhook_target import Standing
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import decode_cursor, encode_cursor
from tocsin.kernel.text import without_path
from tocsin.kernel.units import SECOND, seconds
from tocsin.store import channel as channel_store
from tocsin.store import webhook_try as tries
from tocsin.store.database import Tx
from tocsin.store.webhook_try import Filter, Place

TAG: Final = "Integrations"

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
    ref_id: Annotated[str, Meta(max_length=128, description="An incident or an alert.")] = ""
    integration_id: Annotated[int, Meta(ge=0, description="0 is every webhook.")] = 0
    event_types: tuple[str, ...] = ()
    status: TryStatus | None = None


class WebhookHistoryItem(Struct, frozen=True, kw_only=True):
    """One try; `duration` is in ms, `status_code` 0 where nothing came back."""

    integration_id: int
    event_id: str
    webhook_type: HookType
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


class TargetState(StrEnum):
    """How a receiver is doing."""

    WORKING = "working"
    FAILING = "failing"
    PAUSED = "paused"


class WebhookTarget(Struct, frozen=True, kw_only=True):
    """A webhook and its receiver; instants in seconds, 0 where it has not happened."""

    integration_id: int
    name: str
    state: TargetState
    failures: Annotated[int, Meta(description="In a row.")]
    failing_since: int
    paused_at: int
    last_error: str
    waiting: Annotated[int, Meta(description="Events it is owed.")]


class WebhookTargets(Struct, frozen=True):
    items: list[WebhookTarget]


class WebhookTargetId(Struct, frozen=True):
    integration_id: Annotated[int, Meta(ge=1)]


class ListWebhookTargets(Struct, frozen=True):
    """Nothing to say."""


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
        hidden_channel_ids=hidden_channels(tx, caller),
        ref_id=request.ref_id,
        event_types=request.event_types,
        status=request.status,
    )
    after = decode_cursor(request.search_after_ctx, Place) if request.search_after_ctx else None
    limit = request.limit
    found = tries.browse(tx, caller.account_id, wanted, after, limit, ascending=request.asc)
    last = found[limit - 1] if len(found) > limit else None
    return WebhookHistory(
        [WebhookHistoryItem(**_item(one, caller)) for one in found[:limit]],
        tries.count(tx, caller.account_id, wanted),
        encode_cursor(last.event_time, last.id) if last else "",
    )


@operation("/webhook/history/detail", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def detail(tx: Tx, caller: Caller, request: WebhookEventId) -> WebhookHistoryDetail:
    """Show the last try to tell a webhook of an event."""
    found = webhook_log.latest(tx, caller, request.integration_id, request.event_id)
    channel = channel_store.get(tx, caller.account_id, found.channel_id)
    return WebhookHistoryDetail(
        **_item(found, caller),
        ref_title=found.ref_title,
        channel_name=channel.name if channel else "",
    )


@operation("/webhook/history/replay", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG)
def replay(tx: Tx, caller: Caller, request: WebhookEventId) -> Empty:
    """Tell a webhook of an event once more, with the same `event_id`, at its present address."""
    webhook_log.replay(tx, caller, request.integration_id, request.event_id)
    return Empty()


@operation("/webhook/target/list", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def browse_targets(tx: Tx, caller: Caller, request: ListWebhookTargets) -> WebhookTargets:
    """List the enabled webhooks and how their receivers are doing, eldest first."""
    return WebhookTargets([_target(one) for one in webhook_target.standings(tx, caller)])


@operation("/webhook/target/resume", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG)
def resume(tx: Tx, caller: Caller, request: WebhookTargetId) -> Empty:
    """Tell a paused webhook what it was not told meanwhile, in order, and what happens from now on.

    A webhook is paused once its receiver has answered nothing with 200 for a day; its owner gets a
    mail. Events wait for two days; later they are only in the history, to be replayed.
    """
    webhook_target.resume(tx, caller, request.integration_id)
    return Empty()


def _target(of: Standing) -> WebhookTarget:
    health = of.health
    state = TargetState.WORKING
    if health:
        state = TargetState.PAUSED if health.paused_at else TargetState.FAILING
    return WebhookTarget(
        integration_id=of.hook.id,
        name=of.hook.name,
        state=state,
        failures=health.failures if health else 0,
        failing_since=seconds(health.failing_since) if health else 0,
        paused_at=seconds(health.paused_at) if health else 0,
        last_error=health.last_error if health else "",
        waiting=of.waiting,
    )


def _item(of: WebhookTry, caller: Caller) -> dict[str, Any]:
    may_manage = Permission.INTEGRATIONS_MANAGE in caller.permissions
    shown = {
        name: value
        for name, value in asdict(of).items()
        if name in WebhookHistoryItem.__struct_fields__
    }
    moment = datetime.fromtimestamp(of.event_time / SECOND, UTC)
    endpoint = of.endpoint if may_manage else without_path(of.endpoint)
    return {**shown, "endpoint": endpoint, "event_time": moment.isoformat(timespec="seconds")}
