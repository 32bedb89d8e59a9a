"""Reading alerts by Opsgenie's API: a key shows what its own integration opened."""

from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from msgspec.structs import replace

from tocsin.dialects import opsgenie_wire as wire
from tocsin.dialects.opsgenie_endpoint import Answer, Call
from tocsin.dialects.opsgenie_query import parse
from tocsin.domain.alert import Alert
from tocsin.domain.feed import CommentDetail, EntryType
from tocsin.domain.incident import Incident
from tocsin.domain.integration import Integration
from tocsin.domain.order import Target
from tocsin.engine import order as engine
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.paging import Window
from tocsin.sources import payload
from tocsin.sources.opsgenie_order import id_of
from tocsin.store import alert as alerts
from tocsin.store import alert_of_sender as search
from tocsin.store import feed
from tocsin.store import incident as incidents
from tocsin.store import member as members
from tocsin.store import order as orders
from tocsin.store.alert_of_sender import Order
from tocsin.store.database import Tx
from tocsin.store.feed import FeedRow

LIMIT_MAX: Final = 100
DEPTH_MAX: Final = 20_000
_SORTS: Final = {
    "createdAt": Order.CREATED,
    "updatedAt": Order.UPDATED,
    "lastOccurredAt": Order.HEARD,
    "message": Order.TITLE,
    "alias": Order.KEY,
    "count": Order.COUNT,
    "tinyId": Order.CREATED,
}
_LOGS: Final = {
    EntryType.NEW: "Alert created",
    EntryType.ACK: "Alert acknowledged",
    EntryType.UNACK: "Acknowledgement withdrawn",
    EntryType.SNOOZE: "Alert snoozed",
    EntryType.WAKE: "Snooze ended",
    EntryType.RESOLVE: "Alert closed",
    EntryType.REOPEN: "Alert reopened",
    EntryType.ASSIGN: "Alert assigned",
    EntryType.ADD_RESPONDER: "Responder added",
    EntryType.NOTIFY: "Recipients notified",
}

_LOG_TYPES: Final = ("system", "alertRecipient")


def browse(tx: Tx, sender: Integration, call: Call) -> Answer:
    """List alerts, the newest first unless told otherwise."""
    wanted = parse(call.query.get("query", ""))
    sort = call.query.get("sort", "createdAt")
    if sort not in _SORTS:
        raise InvalidParameter(
            "sort must be one of {known}, not {value}",
            known=", ".join(_SORTS),
            value=sort,
            field="sort",
        )
    place = _place(call.query)
    found = search.page(
        tx,
        sender.account_id,
        sender.id,
        wanted,
        _SORTS[sort],
        replace(place, limit=place.limit + 1),
        ascending=call.query.get("order", "desc") == "asc",
    )
    held, names = _around(tx, found)
    data = [
        wire.base_alert(one, held.get(one.incident_id), sender, names, tx.now)
        for one in found[: place.limit]
    ]
    more = len(found) > place.limit
    return Answer({"data": data, "paging": _paging(tx, call.query, place, more=more)})


def count(tx: Tx, sender: Integration, call: Call) -> Answer:
    """Count the alerts that a query finds."""
    wanted = parse(call.query.get("query", ""))
    total = search.count(tx, sender.account_id, sender.id, wanted)
    return Answer({"data": {"count": total}})


def get(tx: Tx, sender: Integration, call: Call) -> Answer:
    """Show one alert."""
    found = _found(tx, sender, call)
    held, names = _around(tx, [found])
    shown = wire.full_alert(found, held.get(found.incident_id), sender, names, tx.now)
    return Answer({"data": shown})


def request(tx: Tx, sender: Integration, call: Call) -> Answer:
    """Tell what came of a request."""
    found = orders.get(tx, sender.account_id, sender.id, call.names["request_id"])
    if found is None:
        raise ResourceNotFound("Request not found. It might not be processed, yet.")
    alert = alerts.get(tx, sender.account_id, found.alert_id) if found.alert_id else None
    alias = wire.alias_of(alert) if alert else found.alert_key
    return Answer({"data": wire.request_status(found, alias)})


def logs(tx: Tx, sender: Integration, call: Call) -> Answer:
    """List what happened to an alert's incident, the newest first unless told otherwise."""
    rows = _rows(tx, sender, call, ())
    names = members.names(tx, sender.account_id, [row.creator_id for row in rows])
    data = [
        {"log": _log(row), "type": _LOG_TYPES[bool(row.creator_id)], **_entry(row, names)}
        for row in rows
    ]
    return Answer({"data": data, "paging": {}})


def notes(tx: Tx, sender: Integration, call: Call) -> Answer:
    """List the remarks on an alert's incident."""
    rows = _rows(tx, sender, call, (EntryType.COMMENT,))
    names = members.names(tx, sender.account_id, [row.creator_id for row in rows])
    data = [{"note": _note(row), **_entry(row, names)} for row in rows]
    return Answer({"data": data, "paging": {}})


def recipients(tx: Tx, sender: Integration, call: Call) -> Answer:
    """List who has an alert's incident."""
    found = _found(tx, sender, call)
    held = incidents.find(tx, sender.account_id, {found.incident_id} - {""})
    people = [one for incident in held for one in incident.responders if one.person_id]
    found_people = members.by_ids(tx, sender.account_id, [one.person_id for one in people])
    known = {one.id: one for one in found_people}
    data = [
        {
            "user": {"id": str(one.person_id), "username": known[one.person_id].email},
            "state": "acknowledged" if one.acknowledged_at else "active",
            "method": "",
            "createdAt": wire.instant(one.assigned_at),
            "updatedAt": wire.instant(one.acknowledged_at or one.assigned_at),
        }
        for one in people
        if one.person_id in known
    ]
    return Answer({"data": data})


def _found(tx: Tx, sender: Integration, call: Call) -> Alert:
    """The alert that the path names; ResourceNotFound for one of another sender too."""
    said, kind = call.names["identifier"], call.query.get("identifierType") or "id"
    target = Target(key=payload.key(said)) if kind == "alias" else Target(id=id_of(said, kind))
    found = engine.find(tx, sender, target)
    if not found:
        raise ResourceNotFound("Alert does not exist")
    return found[0]


def _around(tx: Tx, found: list[Alert]) -> tuple[dict[str, Incident], dict[int, str]]:
    """The incidents of alerts, and the names of the people who have them."""
    if not found:
        return {}, {}
    account_id = found[0].account_id
    held = incidents.find(tx, account_id, {one.incident_id for one in found} - {""})
    people = {one.person_id for incident in held for one in incident.responders}
    names = members.names(tx, account_id, sorted(people))
    return {one.incident_id: one for one in held}, names


def _rows(tx: Tx, sender: Integration, call: Call, types: tuple[EntryType, ...]) -> list[FeedRow]:
    found = _found(tx, sender, call)
    ascending = call.query.get("order", "desc") == "asc"
    place = _place(call.query)
    rows = feed.page(
        tx, sender.account_id, found.incident_id, types, ascending=ascending, window=place
    )
    return rows[: place.limit] if found.incident_id else []


def _entry(row: FeedRow, names: dict[int, str]) -> dict[str, Any]:
    owner = names.get(row.creator_id, "System")
    return {"owner": owner, "createdAt": wire.instant(row.created_at), "offset": row.id}


def _note(row: FeedRow) -> str:
    return msgspec.json.decode(row.detail, type=CommentDetail).comment


def _log(row: FeedRow) -> str:
    kind = EntryType(row.type)
    if kind is EntryType.COMMENT:
        return _note(row)
    return _LOGS.get(kind) or f"Alert changed: {row.reason}"


def _place(query: dict[str, str]) -> Window:
    offset, limit = _number(query, "offset", 0), _number(query, "limit", 20)
    if not 1 <= limit <= LIMIT_MAX or offset > DEPTH_MAX:
        raise InvalidParameter(
            "{field} must lie from 1 to {maximum}", field="limit", maximum=LIMIT_MAX
        )
    return Window(offset, limit)


def _number(query: dict[str, str], name: str, default: int) -> int:
    said = query.get(name, "")
    if not said.isascii() or not said.isdigit() or len(said) > 6:
        return default
    return int(said)


def _paging(tx: Tx, query: dict[str, str], place: Window, *, more: bool) -> dict[str, str]:
    shown: dict[str, str] = {
        name: query[name] for name in ("query", "sort", "order") if name in query
    }

    def page(offset: int) -> str:
        asked = {**shown, "limit": str(place.limit), "offset": str(offset)}
        return f"{tx.site.public_url}/v2/alerts?{urlencode(asked)}"

    pages = {"first": page(0)}
    if more:
        pages["next"] = page(place.offset + place.limit)
    return pages
