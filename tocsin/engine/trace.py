"""Reading decision traces for a caller, and asking what would be decided."""

from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.plugin import Category, plugin
from tocsin.domain.trace import Trace
from tocsin.engine import alert, integration, passage
from tocsin.engine.incident_search import hidden_channels
from tocsin.engine.passage import Told
from tocsin.engine.sender import load
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.paging import Window
from tocsin.store import integration as integrations
from tocsin.store import trace as traces
from tocsin.store.database import Tx
from tocsin.store.trace import After, Wanted


def search(
    tx: Tx, caller: Caller, wanted: Wanted, place: Window, after: After | None
) -> list[Trace]:
    """Traces that the caller may see, one more than the window holds if there is one.

    Those of a private channel are its members'; an event that reached no channel is as private as
    the channels its integration was set up for.
    """
    hidden = hidden_channels(tx, caller)
    shut = _shut(tx, caller) if hidden else ()
    mine = replace(wanted, hidden_channel_ids=hidden, hidden_integration_ids=shut)
    return traces.page(tx, caller.account_id, mine, place, after)


def _shut(tx: Tx, caller: Caller) -> tuple[int, ...]:
    every = integrations.all_of(tx, caller.account_id)
    seen = integration.open_to(tx, caller, every)
    return tuple(one.id for one in every if one.id not in seen)


def preview(
    tx: Tx, caller: Caller, integration_id: int, channel_id: int, event: AlertEvent
) -> list[Trace]:
    """What would become of an event if an integration sent it now, in channels the caller sees.

    `channel_id` is the one a push would name, 0 for none. ResourceNotFound for an integration
    that is unknown, or that leads to channels hidden from the caller; InvalidParameter for one
    that takes no alerts.
    """
    sender = load(tx, caller.account_id, integration_id, channel_id)
    if sender is None or not integration.open_to(tx, caller, [sender.integration]):
        raise ResourceNotFound(
            "no integration has the id {integration_id}", integration_id=integration_id
        )
    kind = plugin(sender.integration.plugin_id, sender.integration.plugin_type)
    if kind.category is not Category.ALERT:
        raise InvalidParameter(
            "integration {name} takes no alerts; name one that does",
            name=sender.integration.name,
            field="integration_id",
        )
    hidden = hidden_channels(tx, caller)
    found = alert.rehearse(tx, passage.rehearse(tx, Told(sender, event, tx.now)))
    return [one for one in found if one.channel_id not in hidden]
