"""The names behind an incident's ids."""

from collections.abc import Iterable

from tocsin.domain.incident import Incident
from tocsin.domain.incident_view import ChannelName, Names, Person, ids_of_people
from tocsin.domain.plugin import LINK
from tocsin.store import account as accounts
from tocsin.store import channel as channels
from tocsin.store import integration as integrations
from tocsin.store import member as members
from tocsin.store.database import Tx


def load(tx: Tx, account_id: int, incidents: Iterable[Incident], *also: int) -> Names:
    """The names that views of these incidents need, and those of the people `also` named."""
    shown = list(incidents)
    people = set(also).union(*(ids_of_people(incident) for incident in shown)) - {0}
    within = {i.channel_id for i in shown} - {0}
    key = ("names", account_id, frozenset(people), frozenset(within))
    return tx.remembered(key, lambda: _read(tx, account_id, people, within))


def _read(tx: Tx, account_id: int, people: set[int], within: set[int]) -> Names:
    account = accounts.get(tx, account_id)
    found = channels.get_many(tx, account_id, within)
    return Names(
        account_name=account.name,
        account_locale=account.locale,
        account_time_zone=account.time_zone,
        base_url=tx.site.public_url,
        people={
            member.id: Person(member.name, member.email, "account" if member.is_owner else "member")
            for member in members.by_ids(tx, account_id, sorted(people))
        },
        links=tuple(integrations.of_plugin(tx, account_id, LINK.id)),
        channels={one.id: ChannelName(one.name, str(one.status)) for one in found.values()},
    )
