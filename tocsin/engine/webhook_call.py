"""Owing events to webhooks."""

from base64 import b64encode

import msgspec
from msgspec import Raw

from tocsin.domain.integration import Integration
from tocsin.domain.webhook_body import TooLarge, fill
from tocsin.outbound import webhook
from tocsin.outbound.webhook import Told, WebhookCall
from tocsin.store import delivery, webhook_health
from tocsin.store.database import Tx


def owe(tx: Tx, hook: Integration, told: Told, event: bytes, ref: str) -> None:
    """Owe a webhook an event, as JSON, about what `ref` names."""
    owe_body(tx, hook, told, _body(hook, event), ref)


def owe_body(tx: Tx, hook: Integration, told: Told, body: bytes, ref: str) -> None:
    """Owe a webhook a body that was made before."""
    call = WebhookCall(
        Raw(body),
        told,
        headers={} if hook.sealed else hook.settings.headers,
        verify_tls=not hook.settings.insecure_skip_verify,
        integration_id=hook.id,
        sealed=b64encode(hook.signing_secret).decode(),
        door=b64encode(hook.sealed).decode(),
    )
    delivery.owe(
        tx,
        hook.account_id,
        webhook.METHOD,
        hook.settings.endpoint,
        msgspec.json.encode(call),
        ref,
        str(hook.id),
        held=webhook_health.is_paused(tx, hook.account_id, hook.id),
    )


def _body(hook: Integration, event: bytes) -> bytes:
    if not hook.settings.body:
        return event
    try:
        return fill(hook.settings.body, event)
    except TooLarge:
        # Better another shape than no word.
        return event
