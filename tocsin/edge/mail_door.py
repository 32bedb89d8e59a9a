"""The door for mail: an SMTP server beside the HTTP one.

A mail is taken for an integration's address only, and is on disk before it is answered 250. What
cannot be kept now is answered 451, so that the sender's own queue tries again for days.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError

from tocsin.domain.integration import Integration, IntegrationStatus
from tocsin.edge.inbox_writer import InboxWriter
from tocsin.edge.mail_address import MailAddresses
from tocsin.edge.mail_session import Guests, MailSession
from tocsin.kernel.errors import Failure, InvalidParameter, Unavailable
from tocsin.kernel.settings import Settings
from tocsin.sources import mail
from tocsin.sources.doors import mark
from tocsin.store import rejected
from tocsin.store.database import Database
from tocsin.store.inbox import Entry

RECIPIENTS_MAX: Final = 20
ADDRESS_MAX: Final = 320
DOOR: Final = "smtp"
UNKNOWN: Final = "550 5.1.1 no such address here"
LATER: Final = "451 4.3.0 the mail cannot be stored now; try again later"
TOO_MANY: Final = f"452 4.5.3 at most {RECIPIENTS_MAX} recipients a mail"

log = logging.getLogger(__name__)

Knocked = Callable[[str, str], None]
"""Told of every mail: the door and `accepted`, or why it was refused."""


class MailDoor:
    """`start` and `stop` it with the event loop, after the writer and before it."""

    def __init__(
        self,
        database: Database,
        writer: InboxWriter,
        settings: Settings,
        knocked: Knocked,
        certificate: tuple[str, str] | None,
    ) -> None:
        self._settings = settings
        self._tls = _context(certificate)
        self._handler = _Handler(database, writer, settings, knocked)
        self._guests = Guests()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen, where the settings name an address."""
        place = self._settings.mail_listener
        if place is None:
            return
        self._server = await asyncio.get_running_loop().create_server(
            lambda: MailSession(self._handler, self._guests, self._tls),
            *place,
            reuse_port=self._settings.workers > 1,
        )

    async def stop(self) -> None:
        """Listen no more, and let mails that are being stored be answered."""
        if self._server is not None:
            self._server.close()
        await self._handler.rest()


class _Handler:
    """What is said to addresses and to mails."""

    def __init__(
        self, database: Database, writer: InboxWriter, settings: Settings, knocked: Knocked
    ) -> None:
        self._clock = database.clock
        self._writer = writer
        self._domain = settings.smtp_in_domain.lower()
        self._knocked = knocked
        self._addresses = MailAddresses(database)
        self._storing: set[asyncio.Task[Any]] = set()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return TOO_MANY
        try:
            found = await self._find(address)
        except SQLAlchemyError:
            log.exception("an address could not be looked up")
            return LATER
        if found is None:
            self._knocked(DOOR, "unknown")
            return UNKNOWN
        if found.status is not IntegrationStatus.ENABLED:
            return "550 5.2.1 this integration is disabled"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(server, MailSession)
        server.begin_anew()
        task = asyncio.ensure_future(self._take(envelope))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)
        # A sender who hangs up meanwhile must not undo what is half stored.
        return await asyncio.shield(task)

    async def rest(self) -> None:
        """Wait until nothing is being stored."""
        await asyncio.gather(*self._storing, return_exceptions=True)

    async def _take(self, envelope: Envelope) -> str:
        try:
            entries = [await self._entry(envelope, address) for address in envelope.rcpt_tos]
        except SQLAlchemyError:
            log.exception("an address could not be looked up")
            return LATER
        try:
            mail.check(_content(envelope))
        except InvalidParameter as refusal:
            await self._keep_refused(entries, refusal)
            self._knocked(DOOR, refusal.code)
            return f"554 5.7.1 refused: {refusal}"
        stored = await asyncio.gather(
            *map(self._writer.append, filter(None, entries)), return_exceptions=True
        )
        for problem in stored:
            if isinstance(problem, BaseException):
                self._knocked(DOOR, _code(problem))
                return LATER
        self._knocked(DOOR, "accepted")
        return "250 2.0.0 stored"

    async def _find(self, address: str) -> Integration | None:
        name, at, domain = address[:ADDRESS_MAX].lower().rpartition("@")
        if not at or (self._domain and domain != self._domain):
            return None
        return await self._addresses.find(name)

    async def _entry(self, envelope: Envelope, address: str) -> Entry | None:
        integration = await self._find(address)
        if integration is None:
            return None
        [door] = mail.DOORS
        meta = {"from": (envelope.mail_from or "")[:ADDRESS_MAX], "to": address[:ADDRESS_MAX]}
        return Entry(
            door=door.plugin.type,
            account_id=integration.account_id,
            scope=str(integration.id),
            received_at=self._clock.now(),
            body=_content(envelope),
            meta=mark(door, meta),
        )

    async def _keep_refused(self, entries: list[Entry | None], refusal: Failure) -> None:
        """Keep what is sent back for people to see, if there is room for it."""
        for entry in filter(None, entries):
            with suppress(Unavailable):
                await self._writer.append(
                    replace(entry, refused=str(refusal), body=entry.body[: rejected.BODY_BYTES_MAX])
                )


def _content(envelope: Envelope) -> bytes:
    return envelope.content if isinstance(envelope.content, bytes) else b""


def _code(problem: BaseException) -> str:
    return problem.code if isinstance(problem, Failure) else "InternalError"


def _context(certificate: tuple[str, str] | None) -> ssl.SSLContext | None:
    """What STARTTLS encrypts with; None where the server has no certificate."""
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context
