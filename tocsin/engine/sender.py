"""What the events of an integration are decided by before they reach a channel."""

import hashlib

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin import __version__
from tocsin.domain.alert_pipeline import AlertPipeline
from tocsin.domain.channel import Channel
from tocsin.domain.enrichment import Rule
from tocsin.domain.integration import Integration
from tocsin.domain.routing import Route
from tocsin.engine.sight import Sight
from tocsin.store import alert_pipeline as pipelines
from tocsin.store import channel as channels
from tocsin.store import enrichment as enrichments
from tocsin.store import integration as integrations
from tocsin.store import noise_rule as rules
from tocsin.store import routing
from tocsin.store.database import Tx
from tocsin.store.inbox import Entry
from tocsin.store.noise_rule import DROPS


class Sender(Struct, frozen=True):
    """An integration as it is set now, with all its rules.

    `named` is the channel that the push named, 0 for none or one that it does not reach;
    `open_channels` those of its channels that receive. `route` is None where it has none, or
    where the push itself or the integration says which channel it goes to. `token` is the same
    while what becomes of an event depends on nothing but its words; empty where it never does.
    """

    integration: Integration
    named: int
    open_channels: tuple[int, ...]
    enrichment: tuple[Rule, ...] = ()
    pipeline: AlertPipeline | None = None
    route: Route | None = None
    token: bytes = b""


class Senders:
    """The senders of a batch."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def of(self, entry: Entry) -> Sender | None:
        """Who sent an entry, None where the integration was deleted since."""
        named = int(entry.meta.get("channel_id", "0"))
        of = (entry.account_id, int(entry.scope), named)
        return self._tx.remembered(("sender", *of), lambda: load(self._tx, *of))


def load(tx: Tx, account_id: int, integration_id: int, named: int) -> Sender | None:
    """A sender whose push named a channel (0 for none), None for an unknown integration."""
    integration = integrations.get(tx, account_id, integration_id)
    if integration is None:
        return None
    if integration.channel_id:
        named = 0
    found = _channels(tx, integration, named)
    enrichment = enrichments.get(tx, account_id, integration_id)
    routed = not (named or integration.channel_id)
    sender = Sender(
        integration=integration,
        named=named,
        open_channels=tuple(one.id for one in found if one.receives),
        enrichment=enrichment.rules if enrichment else (),
        pipeline=pipelines.get(tx, account_id, integration_id),
        route=routing.get(tx, account_id, integration_id) if routed else None,
    )
    return replace(sender, token=_token(tx, sender))


def _token(tx: Tx, sender: Sender) -> bytes:
    integration, open_channels = sender.integration, sender.open_channels
    if sender.enrichment or sender.pipeline or sender.route or not open_channels:
        return b""
    drops = [rules.in_force(tx, DROPS, integration.account_id, one) for one in open_channels]
    said = (__version__, integration.id, integration.settings, sender.named, open_channels, drops)
    return hashlib.blake2b(msgspec.json.encode(said)).digest()


def _channels(tx: Tx, integration: Integration, named: int) -> list[Channel]:
    if named:
        taken = Sight(tx, integration.account_id).takes(integration, named)
        return [taken] if taken else []
    targets = integration.targets()
    found = channels.get_many(tx, integration.account_id, targets)
    return [found[one] for one in targets if one in found]
