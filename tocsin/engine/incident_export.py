"""Gathering what an exported incident says."""

from typing import Any, Final

import msgspec

from tocsin.domain.incident_export import Export, Moment, plain, to_markdown
from tocsin.engine import incident_feed, incident_names
from tocsin.engine.incident_work import reachable
from tocsin.kernel.caller import Caller
from tocsin.kernel.paging import Window
from tocsin.store import member as members
from tocsin.store.database import Tx

ENTRIES_MAX: Final = 1_000


def export(tx: Tx, caller: Caller, incident_id: str) -> tuple[str, str]:
    """A file name and the Markdown of an incident the caller may see, on their own clock; of a very
    long timeline the beginning."""
    (incident,) = reachable(tx, caller, [incident_id])
    rows = incident_feed.page(
        tx, caller, incident.incident_id, (), Window(0, ENTRIES_MAX), ascending=True
    )[:ENTRIES_MAX]
    moments = [
        Moment(row.type, row.created_at, row.creator_id, _detail(row.detail), row.reason)
        for row in rows
    ]
    people = {one for moment in moments for one in _people(moment)}
    names = incident_names.load(tx, caller.account_id, [incident], *people)
    channel = names.channels.get(incident.channel_id)
    zone = members.get(tx, caller.account_id, caller.member_id).time_zone
    told = Export(
        incident=incident,
        channel_name=channel.name if channel else "",
        people={id_: person.name for id_, person in names.people.items()},
        moments=moments,
        time_zone=zone,
        base_url=tx.site.public_url,
    )
    return f"incident-{plain(incident.num)}.md", to_markdown(told)


def _detail(raw: msgspec.Raw) -> dict[str, Any]:
    found = msgspec.json.decode(raw)
    return found if isinstance(found, dict) else {}


def _people(moment: Moment) -> set[int]:
    detail = moment.detail
    listed = [detail.get(name) or [] for name in ("to", "person_ids", "persons")]
    found = {moment.creator_id}
    for ids in listed:
        if isinstance(ids, list):
            found |= {one["person_id"] if isinstance(one, dict) else one for one in ids}
    return {one for one in found if isinstance(one, int)} - {0}
