"""What the error doors share: how much an application may send, and getting it on disk."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.requests import Request

from tocsin.domain.application import Application
from tocsin.edge.http import bounded_body
from tocsin.edge.inbox_writer import InboxWriter
from tocsin.edge.rate_limit import RateLimiter
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import BadRequest, EntityTooLarge, Unavailable
from tocsin.kernel.operation import Rate
from tocsin.sources.source import TooLarge, Unreadable
from tocsin.store.inbox import Entry

REFUSED_BYTES_KEPT: Final = 64 * 1024

Knocked = Callable[[str, str], None]
"""Told of every request: the door and `accepted`, or why it was refused."""


OVERLOAD_SECONDS: Final = 60


class Refused(Exception):
    """The answer is an error; `seconds` above 0 says when to come again, and `limits` with what, where
    that is not everything."""

    def __init__(self, status: int, detail: str, seconds: int = 0, limits: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.seconds = seconds
        self.limits = limits


async def received(request: Request, bytes_max: int) -> bytes:
    """The body of a request; Refused where it is too large or does not arrive."""
    try:
        return await bounded_body(request, bytes_max)
    except EntityTooLarge as error:
        raise Refused(413, str(error)) from error
    except BadRequest as error:
        raise Refused(408, str(error)) from error


class ErrorGate:
    """`per_minute` 0 is no limit."""

    def __init__(
        self, writer: InboxWriter, clock: Clock, per_minute: int, knocked: Knocked
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._rate = Rate(per_minute, per_minute)
        self._limiter = RateLimiter() if per_minute else None
        self.knocked = knocked

    def seconds_to_wait(self, application: Application) -> int:
        """Count a request of the application; 0 if it may be taken."""
        if self._limiter is None:
            return 0
        return self._limiter.check(application.id, self._rate, self._clock.now()).retry_after

    def admit(self, application: Application) -> None:
        """Count a request of the application; Refused where there were too many."""
        seconds = self.seconds_to_wait(application)
        if seconds:
            raise Refused(429, "too many requests of this application", seconds)

    async def accept(
        self, door: str, application: Application, meta: dict[str, str], body: bytes
    ) -> None:
        """On disk when this returns; Refused if the inbox is full or fails."""
        try:
            await self._writer.append(self._entry(door, application, meta, body))
        except Unavailable as error:
            raise Refused(429, str(error), OVERLOAD_SECONDS) from error
        self.knocked(door, "accepted")

    async def turned_away(
        self,
        door: str,
        application: Application,
        meta: dict[str, str],
        body: bytes,
        error: Unreadable,
    ) -> Refused:
        """What to answer to a request that cannot be read; it is kept for people to see.

        Not if it is empty, as where a sender hung up, nor without room even for what is of use.
        """
        if body:
            kept = b"" if application.no_ip else body[:REFUSED_BYTES_KEPT]
            with suppress(Unavailable):
                await self._writer.append(self._entry(door, application, meta, kept, str(error)))
        return Refused(413 if isinstance(error, TooLarge) else 400, str(error))

    def _entry(
        self,
        door: str,
        application: Application,
        meta: dict[str, str],
        body: bytes,
        refused: str = "",
    ) -> Entry:
        return Entry(
            door=door,
            account_id=application.account_id,
            scope=application.id,
            received_at=self._clock.now(),
            body=body,
            meta={name: value for name, value in meta.items() if value},
            refused=refused,
        )
