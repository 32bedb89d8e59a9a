"""What a call of Opsgenie's alert API asks to be done with an alert that is there."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from tocsin.domain.order import REQUEST_ID, Order, Party, Target, Verb
from tocsin.domain.severity import EventStatus, Severity
from tocsin.kernel.errors import InvalidParameter, MethodNotAllowed, RouteNotFound
from tocsin.sources import payload
from tocsin.sources.door import Kept, Knock
from tocsin.sources.source import instant, listing, mapping, text, word

NOTE_MAX: Final = 25_000
TAGS_MAX: Final = 20
TAG_MAX: Final = 50
PARTIES_MAX: Final = 50
ID_LENGTH: Final = 24
PRIORITY: Final = "priority"
PRIORITIES: Final = {
    "P1": EventStatus.CRITICAL,
    "P2": EventStatus.WARNING,
    "P3": EventStatus.WARNING,
    "P4": EventStatus.INFO,
    "P5": EventStatus.INFO,
}

_VERBS: Final = {
    ("POST", "close"): Verb.CLOSE,
    ("POST", "acknowledge"): Verb.ACKNOWLEDGE,
    ("POST", "unacknowledge"): Verb.UNACKNOWLEDGE,
    ("POST", "notes"): Verb.ADD_NOTE,
    ("POST", "snooze"): Verb.SNOOZE,
    ("POST", "assign"): Verb.ASSIGN,
    ("POST", "responders"): Verb.ADD_RESPONDER,
    ("POST", "teams"): Verb.ADD_RESPONDER,
    ("POST", "escalate"): Verb.ESCALATE,
    ("POST", "tags"): Verb.ADD_TAGS,
    ("DELETE", "tags"): Verb.REMOVE_TAGS,
    ("POST", "details"): Verb.ADD_DETAILS,
    ("DELETE", "details"): Verb.REMOVE_DETAILS,
    ("PUT", "message"): Verb.SET_MESSAGE,
    ("PUT", "description"): Verb.SET_DESCRIPTION,
    ("PUT", "priority"): Verb.SET_PRIORITY,
    ("DELETE", ""): Verb.DELETE,
}
_PARTIES: Final = {
    Verb.ASSIGN: "owner",
    Verb.ADD_RESPONDER: "responder",
    Verb.ESCALATE: "escalation",
}
_QUERY: Final = ("user", "note", "source", "tags", "keys")
"""What a DELETE says in its address."""
_TARGETED: Final = ("alias", "tiny", "id")


def members(body: bytes) -> dict[str, Any]:
    """What a body says; no body says nothing."""
    return payload.json_object(body) if body.strip() else {}


def check(knock: Knock) -> dict[str, str]:
    """What must be kept beside the body: what is to be done, and with which alert."""
    meta = {REQUEST_ID: knock.fresh(), "verb": _verb(knock), **_target(knock)}
    if knock.method == "DELETE":
        asked = {name: knock.query[name] for name in _QUERY if knock.query.get(name)}
        meta["query"] = msgspec.json.encode(asked).decode()
    if knock.segments.get("action") == "teams":
        meta["party"] = "team"
    read(Kept(knock.body, meta, 1))
    return meta


def _verb(knock: Knock) -> Verb:
    action = knock.segments.get("action", "")
    found = _VERBS.get((knock.method, action))
    if found:
        return found
    methods = [method for method, known in _VERBS if known == action]
    if methods:
        raise MethodNotAllowed(
            "{path} takes {expected}, not {found}",
            path=knock.path,
            expected=" or ".join(methods),
            found=knock.method,
        )
    raise RouteNotFound("nothing is pushed to {path}", path=knock.path)


def _target(knock: Knock) -> dict[str, str]:
    """The alert that the address names: by its own id, a request's id, its number or its alias."""
    said, kind = knock.segments["identifier"], knock.query.get("identifierType") or "id"
    if kind not in _TARGETED:
        raise InvalidParameter(
            "identifierType must be id, tiny or alias, not {value}",
            value=kind,
            field="identifierType",
        )
    return {"key": payload.key(said)} if kind == "alias" else {"id": id_of(said, kind)}


def id_of(said: str, kind: str) -> str:
    """The id of an alert that is named by its number (`tiny`) or by itself."""
    if kind == "tiny" and said.isascii() and said.isdigit() and len(said) <= 30:
        return f"{int(said):0{ID_LENGTH}x}"
    return said[:64]


def tiny_of(alert_id: str) -> str:
    """The number that names an alert; as long as its id, but a number."""
    return str(int(alert_id, 16))


def tags(said: Any) -> list[str]:
    """Tags of a list, or of a text with commas."""
    found = said.split(",") if isinstance(said, str) else listing(said)
    named = (word(one, TAG_MAX).replace(",", " ").strip() for one in found[:TAGS_MAX])
    return [name for name in named if name]


def parties(said: Any) -> list[str]:
    """Whom an alert is meant for, as `team:ops`."""
    found = (_party(one) for one in listing(said)[:PARTIES_MAX])
    return [f"{one.kind}:{one.name}" for one in found if one.name]


def _party(said: Any, kind: str = "") -> Party:
    found = mapping(said)
    name = next(
        (word(found.get(one), 255) for one in ("username", "name", "id") if found.get(one)), ""
    )
    return Party(kind or word(found.get("type"), 20).lower() or "user", name.strip())


def read(kept: Kept) -> Order:
    """What is asked for; InvalidParameter where something that it needs is missing."""
    query = kept.meta.get("query", "")
    said = {**(msgspec.json.decode(query) if query else {}), **members(kept.body)}
    verb = Verb(kept.meta["verb"])
    order = Order(
        request_id=kept.meta[REQUEST_ID],
        verb=verb,
        target=Target(kept.meta.get("key", ""), kept.meta.get("id", "")),
        happened_at=kept.received_at,
        by=text(said.get("user"), 100).strip(),
        note=text(said.get("note"), NOTE_MAX).strip(),
    )
    match verb:
        case Verb.ADD_NOTE:
            payload.required(said, "note")
        case Verb.SNOOZE:
            payload.required(said, "endTime")
            order = replace(order, until=instant(said.get("endTime")))
        case Verb.ADD_TAGS | Verb.REMOVE_TAGS:
            order = replace(order, tags=tuple(tags(said.get("tags"))))
            payload.required({"tags": ",".join(order.tags)}, "tags")
        case Verb.ADD_DETAILS | Verb.REMOVE_DETAILS:
            order = replace(order, labels=_details(said, verb))
        case Verb.SET_MESSAGE | Verb.SET_DESCRIPTION:
            name = "message" if verb is Verb.SET_MESSAGE else "description"
            payload.required(said, name)
            order = replace(order, text=text(said.get(name), NOTE_MAX).strip())
        case Verb.SET_PRIORITY:
            order = _prioritised(order, word(said.get(PRIORITY)).upper())
        case Verb.ASSIGN | Verb.ADD_RESPONDER | Verb.ESCALATE:
            order = replace(order, party=_called(said, verb, kept.meta.get("party", "")))
    return order


def _details(said: Mapping[str, Any], verb: Verb) -> dict[str, str]:
    if verb is Verb.ADD_DETAILS:
        payload.required(said, "details")
        return payload.labels(mapping(said.get("details")))
    payload.required(said, "keys")
    names = word(said.get("keys"), NOTE_MAX).split(",")
    return payload.labels(dict.fromkeys(names, "gone"))


def _prioritised(order: Order, priority: str) -> Order:
    if priority not in PRIORITIES:
        raise InvalidParameter(
            "priority must be P1, P2, P3, P4 or P5, not {value}", value=priority, field=PRIORITY
        )
    severity = Severity(PRIORITIES[priority])
    return replace(order, labels={PRIORITY: priority}, severity=severity)


def _called(said: Mapping[str, Any], verb: Verb, kind: str) -> Party:
    member = kind or _PARTIES[verb]
    payload.required(said, member)
    fixed = {Verb.ASSIGN: "user", Verb.ESCALATE: "escalation"}.get(verb, kind)
    party = _party(said.get(member), fixed)
    payload.required({f"{member}.name": party.name}, f"{member}.name")
    return party
