"""Which channels an integration may name in its push address, asked with nothing but its key."""

from typing import Final

from msgspec import Struct

from tocsin.domain.channel import Channel, is_visible
from tocsin.domain.integration import Integration
from tocsin.engine import authentication
from tocsin.engine import channel as engine_channel
from tocsin.engine.sight import Sight
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.store import channel as channels
from tocsin.store import member as members
from tocsin.store.channel import Filter, Order, Viewer
from tocsin.store.database import Tx

CHANNEL_DIGITS_MAX: Final = 18


class Wanted(Struct, frozen=True):
    """What narrows the list: part of a name, ids, and what a member may see who is named by any
    of the rest. Nobody like that narrows nothing."""

    query: str = ""
    channel_ids: tuple[int, ...] | None = None
    member_id: int = 0
    member_name: str = ""
    email: str = ""
    phone: str = ""
    country_code: str = ""


def reachable(tx: Tx, integration: Integration, wanted: Wanted) -> list[Channel]:
    """The channels an integration reaches, by name: those it was set up for, and those that whoever
    set it up may see. A dedicated one reaches its own."""
    setter = authentication.by_member(tx, integration.account_id, integration.settled_by)
    viewer = engine_channel.viewer(setter) if setter else Viewer(0, frozenset(), sees_all=False)
    narrow = Filter(channel_ids=wanted.channel_ids, query=wanted.query)
    found = channels.browse(tx, integration.account_id, viewer, narrow, Order.NAME, ascending=True)
    found += _named(tx, integration, narrow, {one.id for one in found})
    if integration.channel_id:
        found = [one for one in found if one.id == integration.channel_id]
    member = _member(tx, integration.account_id, wanted)
    return [one for one in found if member is None or is_visible(one, member)]


def home(tx: Tx, integration: Integration, named: str) -> Channel:
    """The one channel that a key stands for where it is used to look and to change: the one it is
    dedicated to, else the one `named` by its id, else the only one it was set up for."""
    own = integration.named
    wanted = str(own[0]) if integration.channel_id or (len(own) == 1 and not named) else named
    if not wanted:
        raise InvalidParameter(
            "this key serves several channels: add channel_id, or use a key of one channel"
        )
    usable = wanted.isascii() and wanted.isdigit() and len(wanted) <= CHANNEL_DIGITS_MAX
    found = Sight(tx, integration.account_id).takes(integration, int(wanted)) if usable else None
    if found is None:
        raise InvalidParameter(
            "channel_id names no channel that this integration reaches: {value}", value=wanted
        )
    return found


def _named(tx: Tx, integration: Integration, narrow: Filter, known: set[int]) -> list[Channel]:
    """Private channels it was set up for, though who set it up does not see them any more."""
    everybody = Viewer(0, frozenset(), sees_all=True)
    asked = narrow.channel_ids
    ids = tuple(
        one for one in integration.named if one not in known and (asked is None or one in asked)
    )
    if not ids:
        return []
    only = Filter(channel_ids=ids, query=narrow.query)
    return channels.browse(tx, integration.account_id, everybody, only, Order.NAME, ascending=True)


def _member(tx: Tx, account_id: int, wanted: Wanted) -> Caller | None:
    member_id = wanted.member_id
    named = (wanted.member_name, wanted.email, wanted.phone)
    if not member_id and any(named):
        name, email, phone = named
        country = wanted.country_code if phone else ""
        found = members.matching(
            tx, account_id, name=name, email=email, phone=phone, country_code=country
        )
        member_id = found[0].id if len(found) == 1 else 0
    return authentication.by_member(tx, account_id, member_id) if member_id else None
