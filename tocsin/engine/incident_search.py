"""Finding incidents for a caller, who sees none of other teams' private channels."""

import re
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.incident import Incident
from tocsin.kernel.caller import Caller
from tocsin.kernel.paging import TOTAL_MAX, Window
from tocsin.store import channel as channels
from tocsin.store import incident_list
from tocsin.store.database import Tx
from tocsin.store.incident_list import After, Wanted

_ID: Final = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_NUM: Final = re.compile(r"#?([0-9a-f]{6})", re.IGNORECASE)


class Found(Struct, frozen=True):
    """A page of incidents; `total` is counted to TOTAL_MAX."""

    incidents: list[Incident]
    total: int
    has_more: bool


def hidden_channels(tx: Tx, caller: Caller) -> tuple[int, ...]:
    """The private channels that are not the caller's to see."""
    if caller.is_admin:
        return ()
    return tuple(channels.hidden(tx, caller.account_id, caller.member_id, caller.team_ids))


def narrowed_by_query(wanted: Wanted, query: str) -> Wanted:
    """The wish narrowed by what somebody typed: an id, a short label, or words.

    An id is found whenever the incident began.
    """
    if _ID.fullmatch(query):
        if wanted.incident_ids is not None and query.lower() not in wanted.incident_ids:
            return replace(wanted, incident_ids=())
        return replace(wanted, incident_ids=(query.lower(),), span=None)
    label = _NUM.fullmatch(query)
    return replace(wanted, query=query, query_num=label[1].upper() if label else "")


def search(
    tx: Tx,
    caller: Caller,
    wanted: Wanted,
    place: Window,
    *,
    ascending: bool,
    after: After | None,
) -> Found:
    """A page; behind `after` where it is given, whatever the window's offset."""
    account_id = caller.account_id
    rows = incident_list.page(
        tx,
        account_id,
        wanted,
        ascending=ascending,
        limit=place.limit + 1,
        offset=0 if after else place.offset,
        after=after,
    )
    shown = rows[: place.limit]
    if not after and shown and len(rows) <= place.limit:
        total = min(place.offset + len(rows), TOTAL_MAX)
    else:
        total = incident_list.count(tx, account_id, wanted)
    return Found(shown, total, len(rows) > place.limit)
