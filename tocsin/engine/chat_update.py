"""Messages in chats that say what became of their incident, by apps that can change what they said."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from tocsin.domain import notice_words
from tocsin.domain.contact import BY_APP
from tocsin.domain.delivery import Delivery, DeliveryStatus
from tocsin.domain.feed import Entry, EntryType
from tocsin.domain.incident import Decision, Incident, Progress
from tocsin.domain.plugin import FEISHU_APP, SLACK_APP
from tocsin.outbound.chat_app import POSTED
from tocsin.outbound.post import Post
from tocsin.store import account as accounts
from tocsin.store import delivery
from tocsin.store import integration as integrations
from tocsin.store import member as members
from tocsin.store.database import Tx

_HANDLED: Final = (EntryType.ACK, EntryType.UNACK, EntryType.RESOLVE, EntryType.REOPEN)
_POSTED: Final = re.compile(POSTED)


def handled(decisions: Sequence[Decision]) -> list[tuple[Incident, Entry]]:
    """Incidents that somebody, or their recovery, did something about."""
    return [
        (one.incident, entry)
        for one in decisions
        for entry in one.entries[-1:]
        if entry.type in _HANDLED
    ]


def follow(tx: Tx, found: Sequence[tuple[Incident, Entry]]) -> None:
    """Have chats see in the messages they got that incidents of one account were handled."""
    account_id = found[0][0].account_id
    apps = (SLACK_APP.id, FEISHU_APP.id)
    if any(integrations.of_plugin(tx, account_id, one) for one in apps):
        for incident, entry in found:
            _update(tx, incident, entry)


def _update(tx: Tx, incident: Incident, entry: Entry) -> None:
    posted = [one for one in delivery.of(tx, incident.account_id, incident.incident_id)
              if one.method in BY_APP and one.status is DeliveryStatus.SENT]  # fmt: skip
    if not posted:
        return
    line = _line(tx, incident, entry)
    for one in posted:
        found = _POSTED.match(one.answer)
        said = msgspec.json.decode(one.payload, type=Post)
        if found and not said.replaces:
            _owe(tx, one, replace(said, text=f"{line}\n{said.text}", replaces=found["message"]),
                 is_over=incident.progress is Progress.CLOSED)  # fmt: skip


def _owe(tx: Tx, before: Delivery, post: Post, *, is_over: bool) -> None:
    """The message again as it reads now; without buttons where there is nothing left to press."""
    told = replace(post, incident_id="") if is_over else post
    payload = msgspec.json.encode(told)
    # In order, so that what a message says last is how the incident is.
    in_turn = f"post {before.id}"
    delivery.owe(tx, before.account_id, before.method, before.target, payload, before.ref, in_turn)


def _line(tx: Tx, incident: Incident, entry: Entry) -> str:
    found = members.by_ids(tx, incident.account_id, [entry.creator_id]) if entry.creator_id else []
    locale = accounts.get(tx, incident.account_id).locale
    return notice_words.handled(entry.type, found[0].name if found else "", locale)
