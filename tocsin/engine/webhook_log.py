"""The history of outgoing webhooks: each try is kept for a week, and may be made once more."""

from typing import Any, Final

import msgspec

from tocsin.domain.delivery import Delivery
from tocsin.domain.webhook_try import TryStatus, WebhookTry
from tocsin.engine import integration as engine
from tocsin.engine import webhook_call
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, ResourceNotFound
from tocsin.kernel.text import HIDDEN, without_query
from tocsin.outbound import webhook
from tocsin.outbound.transport import Exchange, Receipt, SendFailed
from tocsin.outbound.webhook import WebhookCall
from tocsin.store import integration as integrations
from tocsin.store import webhook_try as tries
from tocsin.store.database import Tx

_NOTHING: Final = Exchange(0, {})


def heard(tx: Tx, claimed: Delivery, outcome: Receipt | SendFailed) -> None:
    """Keep what became of a try, if it was of a webhook."""
    if claimed.method != webhook.METHOD:
        return
    call = msgspec.json.decode(claimed.payload, type=WebhookCall)
    event: dict[str, Any] = msgspec.json.decode(call.body)
    about = event.get("incident", {})
    exchange = outcome.exchange or _NOTHING
    failed = isinstance(outcome, SendFailed)
    # What a header holds often opens the receiver's door.
    asked = {
        name: HIDDEN if name in call.headers else text
        for name, text in exchange.asked_headers.items()
    }
    tries.add(
        tx,
        WebhookTry(
            id=tx.ids.object_id(),
            account_id=claimed.account_id,
            integration_id=call.integration_id,
            event_id=str(event.get("event_id", "")),
            event_type=str(event.get("event_type", "")),
            channel_id=int(about.get("channel_id", 0)),
            ref_id=claimed.ref,
            ref_title=str(about.get("title", "")),
            endpoint=without_query(claimed.target),
            request_headers=_lines(asked),
            request_body=bytes(call.body).decode(),
            attempt=claimed.attempts,
            duration=exchange.duration_ms,
            status=TryStatus.FAILED if failed else TryStatus.SUCCESS,
            status_code=exchange.status,
            error_message=outcome.why if isinstance(outcome, SendFailed) else "",
            response_headers=_lines(exchange.headers),
            response_body=exchange.body,
            event_time=int(event.get("event_time", 0)),
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
    if found is None:
        raise ResourceNotFound(
            "no webhook of the last week told of the event {event_id}", event_id=event_id
        )
    return found


def replay(tx: Tx, caller: Caller, integration_id: int, event_id: str) -> None:
    """Tell a receiver of an event once more, at its present address."""
    hook = engine.managed(tx, caller, integration_id)
    found = latest(tx, caller, integration_id, event_id)
    webhook_call.owe(tx, hook, found.request_body.encode(), found.ref_id)


def _lines(headers: dict[str, str]) -> str:
    return "\n".join(f"{name}: {text}" for name, text in headers.items())
