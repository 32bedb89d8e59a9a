"""Routes of integrations: who may set them, and where they lead now."""

from collections.abc import Sequence

from msgspec import Struct

from tocsin.domain.alert import Alert
from tocsin.domain.channel import Channel
from tocsin.domain.integration import Integration
from tocsin.domain.routing import (
    Case,
    Default,
    Route,
    Routed,
    Section,
    check_cases,
    check_route,
    decide,
)
from tocsin.domain.subject import of_alert
from tocsin.engine import alert_search
from tocsin.engine import channel as engine_channel
from tocsin.engine import integration as engine_integration
from tocsin.engine.sight import Sight
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest, InvalidParameter
from tocsin.store import channel as channels
from tocsin.store import routing
from tocsin.store.database import Tx


class Wish(Struct, frozen=True):
    """What somebody wants a route to be. `version` is the one they last read, 0 for whichever."""

    cases: tuple[Case, ...]
    sections: tuple[Section, ...]
    default: Default
    version: int = 0


class Channels:
    """The channels that a member's route may lead to, each read once."""

    def __init__(self, tx: Tx, account_id: int, settled_by: int) -> None:
        self._tx = tx
        self._account_id = account_id
        self._settled_by = settled_by
        self._sight = Sight(tx, account_id)
        self._named: dict[str, int] = {}
        self._known: dict[int, Channel | None] = {}

    def exists(self, channel_id: int) -> bool:
        """Whether a channel is still there."""
        return self._channel(channel_id) is not None

    def receives(self, channel_id: int) -> bool:
        """Whether a channel takes alerts now."""
        found = self._channel(channel_id)
        return found is not None and found.receives

    def called(self, name: str) -> int:
        """The channel of that name, 0 where none is, or none that whoever set the route may see:
        what a sender writes into a label must not open private channels."""
        if name not in self._named:
            found = channels.called(self._tx, self._account_id, name)
            visible = found is not None and self._sight.shows(self._settled_by, found)
            self._named[name] = found.id if found and visible else 0
        return self._named[name]

    def _channel(self, channel_id: int) -> Channel | None:
        if channel_id not in self._known:
            self._known[channel_id] = channels.get(self._tx, self._account_id, channel_id)
        return self._known[channel_id]


def replace_route(tx: Tx, caller: Caller, integration_id: int, wish: Wish) -> None:
    """Give an integration this route in place of the one it has, which stays in the history.

    Raises BadRequest where somebody else replaced it since `wish.version` was read.
    """
    integration = engine_integration.ruled(tx, caller, integration_id)
    require_routed(integration)
    current = routing.get(tx, caller.account_id, integration_id, lock=True)
    if current and wish.version not in (0, current.version):
        raise BadRequest(
            "the route is at version {current}, not {version}; read it again and send that version",
            current=current.version,
            version=wish.version,
        )
    routing.save(tx, drafted(tx, caller, integration, wish, current))


def require_routed(integration: Integration) -> None:
    """Raise InvalidParameter for an integration whose alerts go to one channel without a route."""
    if integration.channel_id:
        raise InvalidParameter(
            "integration {name} is dedicated to one channel and has no route", name=integration.name
        )


def drafted(
    tx: Tx, caller: Caller, integration: Integration, wish: Wish, current: Route | None
) -> Route:
    """The route that a wish describes, in place of `current`; saved by nobody yet.

    Raises InvalidParameter for one that says nothing sensible, and ResourceNotFound for a channel
    that the caller may not know of.
    """
    new = _made(tx, caller, integration, wish, current)
    check_route(new)
    engine_channel.require_visible(tx, caller, new.named)
    return new


def preview(
    tx: Tx, caller: Caller, alert_ids: Sequence[str], cases: Sequence[Case], default: Default
) -> list[tuple[Alert, Routed]]:
    """Where a route would lead stored alerts if the caller set it now.

    Raises ResourceNotFound for an alert or channel that the caller may not know of.
    """
    check_cases(cases, default)
    named = {one for case in cases for one in case.channel_ids or ()}
    engine_channel.require_visible(tx, caller, named.union(default.channel_ids))
    channels = Channels(tx, caller.account_id, caller.member_id)
    found = alert_search.reachable(tx, caller, alert_ids)
    return [(one, decide(cases, default, of_alert(one), channels)) for one in found]


def _made(
    tx: Tx, caller: Caller, integration: Integration, wish: Wish, current: Route | None
) -> Route:
    return Route(
        account_id=integration.account_id,
        integration_id=integration.id,
        cases=wish.cases,
        sections=wish.sections,
        default=wish.default,
        version=current.version + 1 if current else 1,
        creator_id=current.creator_id if current else caller.member_id,
        updated_by=caller.member_id,
        created_at=current.created_at if current else tx.now,
        updated_at=tx.now,
    )
