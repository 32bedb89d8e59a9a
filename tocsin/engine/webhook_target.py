"""Receivers of webhooks that fail: counted, paused after a day of it, and resumed by somebody."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from tocsin.domain import notice_words
from tocsin.domain.delivery import Delivery
from tocsin.domain.integration import Integration
from tocsin.domain.member import Member, MemberStatus
from tocsin.domain.webhook_health import WAIT_MS_MAX, WebhookHealth, failed
from tocsin.engine import integration as engine
from tocsin.engine import webhook_log
from tocsin.engine.page_message import owe_plain
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.text import cut
from tocsin.outbound import webhook
from tocsin.outbound.transport import Receipt, SendFailed
from tocsin.outbound.webhook import WebhookCall
from tocsin.store import delivery
from tocsin.store import integration as integrations
from tocsin.store import member as members
from tocsin.store import webhook_health as healths
from tocsin.store.database import Tx

_ERROR_MAX: Final = 500
_TOO_OLD: Final = "the webhook was paused for two days; resume it and replay the event"


class Standing(Struct, frozen=True):
    """A receiver, how it is doing (None for well), and how many events it is owed."""

    hook: Integration
    health: WebhookHealth | None
    waiting: int


def heard(tx: Tx, claimed: Delivery, outcome: Receipt | SendFailed) -> None:
    """Keep what became of a try, and what it says of the receiver, if it was of a webhook."""
    if claimed.method != webhook.METHOD:
        return
    call = msgspec.json.decode(claimed.payload, type=WebhookCall)
    webhook_log.keep(tx, claimed, call, outcome)
    if isinstance(outcome, Receipt):
        healths.recover(tx, claimed.account_id, call.integration_id)
    else:
        _count(tx, claimed.account_id, call.integration_id, outcome.why)


def standings(tx: Tx, caller: Caller) -> list[Standing]:
    """How every receiver that the caller may know of is doing."""
    hooks = integrations.webhooks(tx, caller.account_id)
    shown = engine.open_to(tx, caller, hooks)
    found = healths.of(tx, caller.account_id, shown)
    owed = delivery.waiting(tx, [str(one) for one in shown])
    return [
        Standing(one, found.get(one.id), owed.get(str(one.id), 0))
        for one in hooks
        if one.id in shown
    ]


def resume(tx: Tx, caller: Caller, integration_id: int) -> None:
    """Send a paused receiver what it is owed, in order, and what comes."""
    hook = engine.managed(tx, caller, integration_id)
    found = healths.get(tx, caller.account_id, hook.id, lock=True)
    if found is None or not found.paused_at:
        raise InvalidParameter("webhook {name} is not paused", name=hook.name)
    healths.forget(tx, caller.account_id, hook.id)
    delivery.release(tx, str(hook.id))


def expire(tx: Tx, limit: int) -> int:
    """Give up to `limit` events up that waited too long for a paused receiver; how many."""
    found = delivery.held_since(tx, tx.now - WAIT_MS_MAX, limit)
    for one in found:
        delivery.give_up(tx, one, _TOO_OLD)
        call = msgspec.json.decode(one.payload, type=WebhookCall)
        webhook_log.keep(tx, one, call, SendFailed(_TOO_OLD, retryable=False))
    return len(found)


def _count(tx: Tx, account_id: int, integration_id: int, why: str) -> None:
    before = healths.get(tx, account_id, integration_id, lock=True)
    blank = WebhookHealth(account_id, integration_id, 0, tx.now, "")
    now = failed(before or blank, cut(why, _ERROR_MAX), tx.now)
    healths.save(tx, now)
    if now.paused_at:
        delivery.hold(tx, str(integration_id))
    if now.paused_at == tx.now and not (before and before.paused_at):
        _tell(tx, now)


def _tell(tx: Tx, now: WebhookHealth) -> None:
    """Mail whoever set a webhook up that it is paused; else its maker, else the owner."""
    hook = integrations.get(tx, now.account_id, now.integration_id)
    if hook is None:
        return
    person = _first(tx, now.account_id, (hook.settled_by, hook.creator_id, now.account_id))
    if person is None or not person.email:
        return
    endpoint = hook.settings.endpoint
    title, text = notice_words.paused_webhook(
        hook.name, endpoint, now.failures, now.last_error, hook.id, person.locale
    )
    owe_plain(tx, person, None, title, text, str(hook.id))


def _first(tx: Tx, account_id: int, person_ids: Sequence[int]) -> Member | None:
    found = {one.id: one for one in members.by_ids(tx, account_id, sorted(set(person_ids)))}
    live = (found.get(one) for one in person_ids)
    return next((one for one in live if one and one.status is not MemberStatus.DELETED), None)
