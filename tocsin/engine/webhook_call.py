"""Owing events to webhooks."""

from base64 import b64encode

import msgspec
from msgspec import Raw

from tocsin.domain.integration import Integration
from tocsin.outbound import webhook
from tocsin.outbound.webhook import WebhookCall
from tocsin.store import delivery
from tocsin.store.database import Tx


def owe(tx: Tx, hook: Integration, body: bytes, ref: str) -> None:
    """Owe a webhook an event, as JSON, about what `ref` names."""
    call = WebhookCall(
        Raw(body),
        hook.settings.headers,
        integration_id=hook.id,
        sealed=b64encode(hook.signing_secret).decode(),
    )
    payload = msgspec.json.encode(call)
    delivery.owe(tx, hook.account_id, webhook.METHOD, hook.settings.endpoint, payload, ref)
