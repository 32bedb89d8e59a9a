"""The doors alerts and changes are pushed through: `POST /event/push/…?integration_key=<key>`.

A push is on disk before it is answered. What a source refuses is kept too, for people to see.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.integration import (
    Integration,
    IntegrationStatus,
)
from tocsin.domain.plugin import STANDARD_ALERT, STANDARD_CHANGE, Plugin
from tocsin.edge import envelope
from tocsin.edge.app import Route
from tocsin.edge.dispatch import require_json
from tocsin.edge.http import bounded_body
from tocsin.edge.inbox_writer import InboxWriter
from tocsin.edge.push_keys import PushKeys
from tocsin.edge.rate_limit import RateLimiter
from tocsin.kernel.errors import (
    Failure,
    InvalidParameter,
    MethodNotAllowed,
    RouteNotFound,
    TooFrequent,
)
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import Empty, Rate
from tocsin.kernel.settings import Settings
from tocsin.sources import change, standard
from tocsin.store.database import Database
from tocsin.store.inbox import Entry

PREFIX: Final = "/event/push/"
BODY_BYTES_MAX: Final = 1024 * 1024
REFUSED_BYTES_KEPT: Final = 64 * 1024
CHANNEL_DIGITS_MAX: Final = 18
UNLIMITED: Final = 1_000_000_000

Knocked = Callable[[str, str], None]
"""Told of every request: the door and `accepted`, or why it was refused."""


class AlertAnswer(Struct, frozen=True):
    """What an alert's sender is told: the key that merges or recovers it later."""

    alert_key: str


class Door(Struct, frozen=True):
    """One way in. `check` refuses what can never be read and gives the key that was sent;
    where `makes_keys`, one is made for a push without."""

    plugin: Plugin
    check: Callable[[bytes], str]
    makes_keys: bool


DOORS: Final = {
    "/event/push/alert/standard": Door(STANDARD_ALERT, standard.check, makes_keys=True),
    "/event/push/change/standard": Door(STANDARD_CHANGE, change.check, makes_keys=False),
}


class PushDoors:
    """Every push door of the server."""

    def __init__(
        self, database: Database, writer: InboxWriter, settings: Settings, knocked: Knocked
    ) -> None:
        self._database = database
        self._writer = writer
        self._keys = PushKeys(database)
        self._knocked = knocked
        self._rate = _rate(settings)
        self._limiter = RateLimiter() if self._rate else None

    def routes(self) -> list[Route]:
        return [Route(PREFIX, self._answer)]

    async def _answer(self, request: Request) -> Response:
        request_id = self._database.ids.ulid()
        path = request.url.path
        try:
            data = await self._take(request)
        except Failure as failure:
            self._knocked(path if path in DOORS else "unknown", failure.code)
            language = preferred(request.headers.get("accept-language", ""))
            return envelope.refusal(failure, request_id, language)
        self._knocked(path, "accepted")
        return envelope.answer(envelope.success(request_id, data), request_id)

    async def _take(self, request: Request) -> AlertAnswer | Empty:
        path = request.url.path
        door = DOORS.get(path)
        if door is None:
            raise RouteNotFound("nothing is pushed to {path}", path=path)
        if request.method != "POST":
            raise MethodNotAllowed(
                "{path} takes POST, not {found}", path=path, found=request.method
            )
        integration = await self._integration(request, door)
        channel_id = _channel_id(request)
        self._count(integration)
        body = await bounded_body(request, BODY_BYTES_MAX)
        require_json(request.headers.get("content-type", ""), body)
        entry = Entry(
            door=door.plugin.type,
            account_id=integration.account_id,
            scope=str(integration.id),
            received_at=self._database.clock.now(),
            body=body,
            meta={"channel_id": channel_id} if channel_id else {},
        )
        return await self._append(door, integration, entry)

    async def _append(
        self, door: Door, integration: Integration, entry: Entry
    ) -> AlertAnswer | Empty:
        """Check a push and put it on disk; a refused one is put there with the reason."""
        try:
            key = door.check(entry.body)
            await self._require_channel(integration, entry)
        except InvalidParameter as refusal:
            await self._writer.append(_refused(entry, str(refusal)))
            raise
        if not door.makes_keys:
            await self._writer.append(entry)
            return Empty()
        key = key or self._database.ids.short()
        await self._writer.append(_with_key(entry, key))
        return AlertAnswer(key)

    async def _integration(self, request: Request, door: Door) -> Integration:
        key = request.query_params.get("integration_key", "")
        found = await self._keys.find(key) if key else None
        if found is None or found.plugin_id != door.plugin.id:
            raise InvalidParameter("The specified parameter integration_key is not a valid one")
        if found.status is not IntegrationStatus.ENABLED:
            raise InvalidParameter("integration {name} is disabled; enable it", name=found.name)
        return found

    async def _require_channel(self, integration: Integration, entry: Entry) -> None:
        """Refuse a push to a channel that is not there, or hidden from the integration.

        A dedicated integration goes to its own channel, whatever its address names.
        """
        named = entry.meta.get("channel_id", "")
        if not named or integration.channel_id:
            return
        if not await self._keys.leads_to(integration, int(named)):
            raise InvalidParameter(
                "channel_id names no channel that this integration reaches: {value}", value=named
            )

    def _count(self, integration: Integration) -> None:
        if self._limiter is None or self._rate is None:
            return
        verdict = self._limiter.check(str(integration.id), self._rate, self._database.clock.now())
        if not verdict.admitted:
            raise TooFrequent(
                "too many pushes: at most {maximum} a {period}; retry in {retry_after} s",
                retry_after=verdict.retry_after,
                maximum=verdict.limit,
                period=verdict.period,
            )


def _rate(settings: Settings) -> Rate | None:
    """How often one integration may push; None where the operator sets no limit."""
    per_minute, per_second = settings.push_per_minute, settings.push_per_second
    if not per_minute and not per_second:
        return None
    return Rate(per_minute or UNLIMITED, per_second or UNLIMITED)


def _channel_id(request: Request) -> str:
    """The channel the push URL names for a shared integration, "" for none."""
    named = request.query_params.get("channel_id", "")
    if named and not (named.isascii() and named.isdigit() and len(named) <= CHANNEL_DIGITS_MAX):
        raise InvalidParameter("channel_id must be a number, not {value}", value=named)
    return named.lstrip("0")


def _with_key(entry: Entry, key: str) -> Entry:
    return replace(entry, meta={**entry.meta, "alert_key": key})


def _refused(entry: Entry, why: str) -> Entry:
    return replace(entry, refused=why, body=entry.body[:REFUSED_BYTES_KEPT])
