"""Keeping what opens a receiver's door out of the settings of its webhook or action."""

import msgspec
from msgspec.structs import replace

from tocsin.domain import chat_app
from tocsin.domain.chat_app import APPS, ChatApp
from tocsin.domain.integration import CALLING, Integration, check
from tocsin.domain.webhook_secret import WebhookSecret, said, without
from tocsin.kernel.errors import Unavailable
from tocsin.store.database import Tx


def closed(tx: Tx, wanted: Integration, before: Integration | None = None) -> Integration:
    """An integration as it may lie in the database; InvalidParameter for what could not work.

    What it hides is what `before` hid in the same place.
    """
    if wanted.plugin_id in APPS:
        return _closed_app(tx, wanted, before)
    if wanted.plugin_id not in CALLING:
        check(wanted)
        return wanted
    if before and wanted.settings == before.settings:
        return wanted
    kept = _kept(tx, before) if before else None
    plain = said(wanted.settings, kept)
    check(replace(wanted, settings=plain))
    shown, secret = without(plain), WebhookSecret(plain.endpoint, plain.headers)
    if before and shown == before.settings and secret == kept:
        return replace(wanted, settings=shown)
    text = msgspec.json.encode(secret).decode() if shown != plain else ""
    return replace(wanted, settings=shown, sealed=tx.site.seal.close(text))


def opened(tx: Tx, hook: Integration) -> WebhookSecret:
    """Where a webhook or an action calls. Unavailable where that cannot be opened."""
    if not hook.sealed:
        return WebhookSecret(hook.settings.endpoint, hook.settings.headers)
    return msgspec.json.decode(tx.site.seal.open(hook.sealed), type=WebhookSecret)


def opened_app(tx: Tx, app: Integration) -> ChatApp:
    """What an app speaks with. Unavailable where that cannot be opened."""
    return msgspec.json.decode(tx.site.seal.open(app.sealed), type=ChatApp)


def _closed_app(tx: Tx, wanted: Integration, before: Integration | None) -> Integration:
    check(wanted)
    if before and wanted.settings == before.settings:
        return wanted
    kept = opened_app(tx, before) if before else None
    app = chat_app.said(wanted.settings.app or ChatApp(), kept, wanted.plugin_id)
    sealed = tx.site.seal.close(msgspec.json.encode(app).decode())
    settings = replace(wanted.settings, app=chat_app.without(app))
    return replace(wanted, settings=settings, sealed=sealed)


def _kept(tx: Tx, before: Integration) -> WebhookSecret | None:
    try:
        return opened(tx, before)
    except Unavailable:
        # Sealed with a key that is gone: whoever sends it all again can mend it.
        return None
