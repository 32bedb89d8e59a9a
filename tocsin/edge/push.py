"""The doors that monitoring systems push through, each as `sources/doors.py` lists it.

A push is on disk before it is answered. What a door refuses is kept too, for people to see.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final
from urllib.parse import unquote

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.integration import Integration, IntegrationStatus
from tocsin.domain.plugin import Plugin
from tocsin.edge import envelope
from tocsin.edge.app import Route
from tocsin.edge.door_tree import DoorTree, Found
from tocsin.edge.http import bounded_body
from tocsin.edge.inbox_writer import InboxWriter
from tocsin.edge.push_keys import PushKeys
from tocsin.edge.rate_limit import RateLimiter
from tocsin.engine.integration_channel import CHANNEL_DIGITS_MAX
from tocsin.kernel.errors import (
    EntityTooLarge,
    Failure,
    InvalidParameter,
    MethodNotAllowed,
    RouteNotFound,
    TooFrequent,
    Unavailable,
)
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import Rate
from tocsin.kernel.settings import Settings
from tocsin.sources.door import Door, Knock, Reply
from tocsin.sources.doors import DOORS, OVERRIDES, mark
from tocsin.sources.encoding import expand
from tocsin.sources.retold import CUT, tell
from tocsin.sources.source import TooLarge, Unreadable
from tocsin.store import rejected
from tocsin.store.database import Database
from tocsin.store.inbox import Entry

PREFIX: Final = "/event/push/"
KEY_LENGTH_MAX: Final = 255
UNLIMITED: Final = 1_000_000_000
OVERRIDES_MAX: Final = 40
"""Query parameters kept that say who is to be notified of what a push brings."""
OVERRIDE_LENGTH_MAX: Final = 1_000

Knocked = Callable[[str, str], None]
"""Told of every request: the door and `accepted`, or why it was refused."""


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
        self._tree = DoorTree(DOORS)

    def routes(self) -> list[Route]:
        return [Route(self._tree.__contains__, self.answer), Route(PREFIX, self.answer)]

    async def answer(self, request: Request) -> Response:
        """Take a push, or say why not, as its door says it."""
        request_id = self._database.ids.ulid()
        found = self._tree.find(raw_path(request), unquote)
        if found is None:
            return self._lost(request, request_id)
        knock = _knock(request, found, self._database.ids.short)
        if request.method not in found.door.methods:
            return self._probed(found.door, knock, request_id)
        try:
            reply = await self._take(request, found.door, knock, request_id)
        except Failure as failure:
            self._knocked(found.door.path, failure.code)
            return response(_refusal(found.door, knock, failure, request_id))
        self._knocked(found.door.path, "accepted")
        return response(reply)

    def _lost(self, request: Request, request_id: str) -> Response:
        """No door has this path, below a prefix that has nothing but doors."""
        missing = RouteNotFound("nothing is pushed to {path}", path=request.url.path)
        self._knocked("unknown", missing.code)
        language = preferred(request.headers.get("accept-language", ""))
        return envelope.refusal(missing, request_id, language)

    def _probed(self, door: Door, knock: Knock, request_id: str) -> Response:
        """An answer to a method that brings nothing to keep."""
        reply = door.probe(knock)
        if reply is None:
            wrong = MethodNotAllowed(
                "{path} takes {expected}, not {found}",
                path=door.path,
                expected=" or ".join(door.methods),
                found=knock.method,
            )
            self._knocked(door.path, wrong.code)
            reply = _refusal(door, knock, wrong, request_id)
        answer = response(reply)
        answer.headers["Allow"] = ", ".join((*door.methods, "HEAD", "OPTIONS"))
        return answer

    async def _take(self, request: Request, door: Door, knock: Knock, request_id: str) -> Reply:
        key = door.key(knock)
        if not key:
            knock = await _with_body(request, door, knock)
            key = door.key(knock)
        integration = await self.opened(key, door.plugin)
        if integration.signing_secret:
            secret = self._database.site.seal.open(integration.signing_secret)
            knock = replace(knock, secret=secret)
        if not knock.body:
            knock = await self._with_body_kept(request, door, knock, integration)
        meta = await self._append(door, integration, knock)
        return door.accepted(knock, meta, request_id)

    async def _with_body_kept(
        self, request: Request, door: Door, knock: Knock, integration: Integration
    ) -> Knock:
        """As `_with_body`, for a sender whose failures are for people to see."""
        try:
            return await _with_body(request, door, knock)
        except Failure as failure:
            await self._keep_refused(self._entry(door, integration, knock, {}), failure)
            raise

    async def _append(self, door: Door, integration: Integration, knock: Knock) -> dict[str, str]:
        """Check a push and put it on disk; a refused one is put there with the reason."""
        named: dict[str, str] = {}
        try:
            named = _named(knock)
            found = door.check(knock, integration)
            await self._require_channel(integration, named.get("channel_id", ""))
        except Failure as refusal:
            if not isinstance(refusal, Unavailable):
                retold = {**named, **tell(knock)}
                await self._keep_refused(self._entry(door, integration, knock, retold), refusal)
            raise
        meta = {**found, **named}
        await self._writer.append(self._entry(door, integration, knock, meta))
        return meta

    async def _keep_refused(self, entry: Entry, failure: Failure) -> None:
        """Keep what is sent back, if there is anything to see and room for it."""
        if entry.body or isinstance(failure, EntityTooLarge):
            body = entry.body[: rejected.BODY_BYTES_MAX]
            meta = entry.meta if body == entry.body else {**entry.meta, CUT: "yes"}
            kept = replace(entry, refused=str(failure), body=body, meta=meta)
            with suppress(Unavailable):
                await self._writer.append(kept)

    def _entry(
        self, door: Door, integration: Integration, knock: Knock, meta: dict[str, str]
    ) -> Entry:
        return Entry(
            door=door.plugin.type,
            account_id=integration.account_id,
            scope=str(integration.id),
            received_at=self._database.clock.now(),
            body=knock.body,
            meta=mark(door, {name: value.replace("\0", "") for name, value in meta.items()}),
        )

    async def opened(self, key: str, plugin: Plugin) -> Integration:
        """The integration of a kind that a key opens, and one request more of it is counted.

        Raises InvalidParameter for another key, TooFrequent where it asked too often.
        """
        found = await self._integration(key, plugin)
        self._count(found)
        return found

    async def _integration(self, key: str, plugin: Plugin) -> Integration:
        usable = 0 < len(key) <= KEY_LENGTH_MAX and "\0" not in key
        found = await self._keys.find(key) if usable else None
        if found is None or found.plugin_id != plugin.id:
            raise InvalidParameter("The specified parameter integration_key is not a valid one")
        if found.status is not IntegrationStatus.ENABLED:
            raise InvalidParameter("integration {name} is disabled; enable it", name=found.name)
        return found

    async def _require_channel(self, integration: Integration, named: str) -> None:
        """Refuse a push to a channel that is not there, or hidden from the integration.

        A dedicated integration goes to its own channel, whatever its address names.
        """
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


def raw_path(request: Request) -> str:
    """The path as it was sent: in what a sender names there, an encoded slash ends no segment."""
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    return bytes(raw).decode("ascii", "replace")


def _knock(request: Request, found: Found, fresh: Callable[[], str]) -> Knock:
    scope = request.scope
    # Of a header that comes twice the first is meant.
    headers = reversed(scope["headers"])
    return Knock(
        method=scope["method"],
        path=scope["path"],
        query=dict(request.query_params) if scope["query_string"] else {},
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in headers},
        segments=found.segments,
        fresh=fresh,
    )


async def _with_body(request: Request, door: Door, knock: Knock) -> Knock:
    """The request with its body, without its Content-Encoding and within the door's bound."""
    body = await bounded_body(request, door.body_bytes_max)
    encoding = knock.headers.get("content-encoding", "")
    if encoding:
        try:
            body = expand(body, encoding, door.body_bytes_max)
        except TooLarge:
            raise EntityTooLarge(
                "the body must be at most {maximum} bytes", maximum=door.body_bytes_max
            ) from None
        except Unreadable as problem:
            raise InvalidParameter("the body cannot be read: {problem}", problem=problem) from None
    return replace(knock, body=body)


def _named(knock: Knock) -> dict[str, str]:
    """What any push address may say: the channel for a shared integration, and whom to tell."""
    named = {
        name: value[:OVERRIDE_LENGTH_MAX]
        for name, value in list(knock.query.items())[:OVERRIDES_MAX]
        if name.startswith(OVERRIDES)
    }
    channel_id = knock.query.get("channel_id", "")
    if channel_id.strip("0"):
        if not (channel_id.isascii() and channel_id.isdigit()) or (
            len(channel_id) > CHANNEL_DIGITS_MAX
        ):
            raise InvalidParameter("channel_id must be a number, not {value}", value=channel_id)
        named["channel_id"] = channel_id.lstrip("0")
    return named


def _refusal(door: Door, knock: Knock, failure: Failure, request_id: str) -> Reply:
    reply = door.refused(knock, failure, request_id)
    if not isinstance(failure, TooFrequent):
        return reply
    return replace(reply, headers={**reply.headers, "Retry-After": str(failure.retry_after)})


def response(reply: Reply) -> Response:
    """A reply on its way out."""
    media = reply.content_type if reply.body else None
    return Response(reply.body, reply.status, dict(reply.headers), media)
