"""A mail server that takes every mail and sends none on: nobody out there is disturbed."""

import socket
from typing import Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_HERE: Final = "127.0.0.1"


class Mailbox:
    """Listens on a port of this machine while it is open, and counts."""

    def __init__(self) -> None:
        self.count = 0
        self.port = _free_port()
        self._controller = Controller(self, hostname=_HERE, port=self.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take it."""
        self.count += len(envelope.rcpt_tos)
        return "250 taken"

    def open(self) -> None:
        """Begin to listen."""
        self._controller.start()

    def close(self) -> None:
        """Listen no more."""
        self._controller.stop(no_assert=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HERE, 0))
        return int(probe.getsockname()[1])
