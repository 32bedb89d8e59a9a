"""One SMTP connection, kept within bounds of time, bytes and commands."""

import asyncio
import ssl
from collections import Counter
from typing import Any, Final

from aiosmtpd.smtp import SMTP

from tocsin.sources.mail import SIZE_MAX

CONNECTIONS_MAX: Final = 100
CONNECTIONS_OF_ONE_MAX: Final = 20
IDLE_SECONDS_MAX: Final = 60
SESSION_SECONDS_MAX: Final = 600
COMMANDS_MAX: Final = 300
LINE_BYTES_MAX: Final = 512 * 1024
"""Many senders fold no lines."""
_BYTES_A_MAIL_MAX: Final = 2 * SIZE_MAX
"""A sender who goes on above the limit is told so at the end; far above it, it is cut off."""


class Guests:
    """Who is connected: so many at once, and so many from one address."""

    def __init__(self) -> None:
        self._by_address: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Whether there is room for one more from there; if so, it is counted."""
        if self._by_address.total() >= CONNECTIONS_MAX:
            return False
        if self._by_address[address] >= CONNECTIONS_OF_ONE_MAX:
            return False
        self._by_address[address] += 1
        return True

    def leave(self, address: str) -> None:
        """One from there is gone."""
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]


class TurnedAway(asyncio.Protocol):
    """Says that there is no room, and hangs up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.3.2 too many connections; try again later\r\n")
        transport.close()


class MailSession(SMTP):
    """Speaks SMTP; what is said about addresses and mails is the handler's."""

    line_length_limit = LINE_BYTES_MAX

    def __init__(self, handler: Any, guests: Guests, tls: ssl.SSLContext | None) -> None:
        super().__init__(
            handler,
            data_size_limit=SIZE_MAX,
            enable_SMTPUTF8=True,
            hostname="tocsin",
            ident="Tocsin",
            tls_context=tls,
            timeout=IDLE_SECONDS_MAX,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            command_call_limit=COMMANDS_MAX,
        )
        self._guests = guests
        self._address = ""
        self._received = 0
        self._ending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._ending is not None:  # The same connection again, encrypted by now.
            super().connection_made(transport)
            return
        peer = transport.get_extra_info("peername") or ("",)
        self._address = str(peer[0])
        if not self._guests.enter(self._address):
            transport.set_protocol(TurnedAway())
            transport.get_protocol().connection_made(transport)
            return
        self._ending = self.loop.call_later(SESSION_SECONDS_MAX, self._cut_off)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._guests.leave(self._address)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > _BYTES_A_MAIL_MAX:
            self._cut_off()
            return
        super().data_received(data)

    def begin_anew(self) -> None:
        """A mail is through; the next one may be as long."""
        self._received = 0

    def _cut_off(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
