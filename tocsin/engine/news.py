"""Who may hear that something changed: who could read it."""

from collections.abc import Iterable, Sequence
from typing import Final

from tocsin.domain.access import Permission
from tocsin.domain.news import About, News
from tocsin.engine.incident_search import hidden_channels
from tocsin.kernel.caller import Caller
from tocsin.store import incident as incidents
from tocsin.store.database import Tx
from tocsin.store.news import Row

_ASKS: Final = {
    About.INCIDENT: Permission.INCIDENTS_READ,
    About.DELIVERY: Permission.INCIDENTS_READ,
    About.ALERT: Permission.CHANNELS_READ,
    About.SCHEDULE: Permission.SCHEDULES_READ,
    About.INTEGRATION: Permission.INTEGRATIONS_READ,
}


def heard_by(tx: Tx, caller: Caller, rows: Iterable[Row]) -> list[News]:
    """What of the news of all accounts a caller may hear, each thing once."""
    mine = dict.fromkeys(
        item
        for row in rows
        if row.account_id == caller.account_id
        for item in row.items
        if item.about not in _ASKS or _ASKS[item.about] in caller.permissions
    )
    if caller.is_admin or not mine:
        return list(mine)
    hidden = set(hidden_channels(tx, caller))
    placed = _placed(tx, caller.account_id, list(mine)) if hidden else {}
    return [item for item in mine if placed.get(item.id, item.channel_id) not in hidden]


def _placed(tx: Tx, account_id: int, items: Sequence[News]) -> dict[str, int]:
    """The channels of the incidents that messages are about, which their news do not name."""
    wanted = [item.id for item in items if item.about is About.DELIVERY and item.id]
    return incidents.channels_of(tx, account_id, wanted)
