"""The history of outgoing webhooks: each try is kept for a week, and may be made once more."""

from typing import Final

from tocsin.domain.delivery import Delivery
from tocsin.domain.webhook_try import TryStatus, WebhookTry
from tocsin.engine import integration as engine
from tocsin.engine import webhook_call
from tocsin.engine.incident_search import hidden_channels
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, ResourceNotFound
from tocsin.kernel.text import without_query
from tocsin.outbound.transport import Exchange, Receipt, SendFailed
from tocsin.outbound.webhook import Told, WebhookCall
from tocsin.store import integration as integrations
from tocsin.store import webhook_try as tries
from tocsin.store.database import Tx

_NOTHING: Final = Exchange(0, {})


def keep(tx: Tx, claimed: Delivery, call: WebhookCall, outcome: Receipt | SendFailed) -> None:
    """Keep what became of a try."""
    told, exchange = call.told, outcome.exchange or _NOTHING
    failed = isinstance(outcome, SendFailed)
    tries.add(
        tx,
        WebhookTry(
            id=tx.ids.object_id(),
            account_id=claimed.account_id,
            integration_id=call.integration_id,
            webhook_type=told.webhook_type,
            event_id=told.event_id,
            event_type=told.event_type,
            channel_id=told.channel_id,
            ref_id=claimed.ref,
            ref_title=told.title,
            endpoint=without_query(claimed.target),
            request_headers=_lines(exchange.asked_headers),
            request_body=bytes(call.body).decode(),
            attempt=claimed.attempts,
            duration=exchange.duration_ms,
            status=TryStatus.FAILED if failed else TryStatus.SUCCESS,
            status_code=exchange.status,
            error_message=outcome.why if isinstance(outcome, SendFailed) else "",
            response_headers=_lines(exchange.headers),
            response_body=exchange.body,
            event_time=told.event_time,
            tried_at=tx.now,
        ),
    )


def shown(tx: Tx, caller: Caller, integration_id: int) -> set[int]:
    """The webhooks whose history the caller may read; of all of them, or of one."""
    found = integrations.webhooks(tx, caller.account_id)
    if integration_id:
        found = [engine.get(tx, caller.account_id, integration_id)]
    return engine.open_to(tx, caller, found)


def latest(tx: Tx, caller: Caller, integration_id: int, event_id: str) -> WebhookTry:
    """The last try of an event; ResourceNotFound where there is none the caller may read."""
    if integration_id not in shown(tx, caller, integration_id):
        raise AccessDenied("this integration serves a private channel; ask one of its members")
    found = tries.latest(tx, caller.account_id, integration_id, event_id)
    if found is None or found.channel_id in hidden_channels(tx, caller):
        raise ResourceNotFound(
            "no webhook of the last week told of the event {event_id}", event_id=event_id
        )
    return found


def replay(tx: Tx, caller: Caller, integration_id: int, event_id: str) -> None:
    """Tell a receiver of an event once more, at its present address."""
    hook = engine.managed(tx, caller, integration_id)
    found = latest(tx, caller, integration_id, event_id)
    told = Told(
        found.webhook_type,
        found.event_id,
        found.event_type,
        found.event_time,
        found.channel_id,
        found.ref_title,
    )
    webhook_call.owe_body(tx, hook, told, found.request_body.encode(), found.ref_id)


def _lines(headers: dict[str, str]) -> str:
    return "\n".join(f"{name}: {text}" for name, text in headers.items())
