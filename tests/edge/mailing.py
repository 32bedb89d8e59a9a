"""A mail client at the mail door, and a server that has one."""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from msgspec.structs import replace

from tests.cast import Cast
from tests.push import engine, make_channel, make_integration
from tests.server import Server
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database

DOMAIN = "alerts.example"
AUTHORITY = trustme.CA()


def taking_mail(settings: Settings, folder: Path) -> Settings:
    """The settings with a mail door, and a certificate of AUTHORITY's for localhost."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    issued = AUTHORITY.issue_cert("localhost")
    chain, key = folder / "chain.pem", folder / "key.pem"
    issued.cert_chain_pems[0].write_to_path(chain)
    issued.private_key_pem.write_to_path(key)
    return replace(
        settings,
        smtp_in_listen=f"127.0.0.1:{port}",
        smtp_in_domain=DOMAIN,
        tls_cert=str(chain),
        tls_key=str(key),
    )


class Post:
    """An e-mail integration with its own channel, and a mail client."""

    def __init__(self, server: Server, database: Database, cast: Cast, **mail: Any) -> None:
        self.server = server
        self.database = database
        self.person = cast.bob
        self.channel_id = make_channel(server, database, cast)
        made = make_integration(
            server,
            cast,
            plugin_type="email",
            channel_id=self.channel_id,
            settings={"mail": mail} if mail else {},
        )
        self.integration_id = made["integration_id"]
        self.address = f"{made['integration_key']}@{DOMAIN}"

    @contextmanager
    def client(self) -> Iterator[smtplib.SMTP]:
        place = self.server.settings.mail_listener
        assert place is not None
        with smtplib.SMTP(*place, timeout=20) as client:
            yield client

    def send(self, subject: str, text: str = "", **headers: str) -> dict[str, tuple[int, bytes]]:
        with self.client() as client:
            return client.send_message(self.mail(subject, text, **headers))

    def mail(self, subject: str, text: str = "", **headers: str) -> EmailMessage:
        made = EmailMessage()
        made["From"] = "Backup <backup@db1.example>"
        made["To"] = self.address
        made["Subject"] = subject
        for name, value in headers.items():
            made[name.replace("_", "-")] = value
        made.set_content(text)
        return made

    def listed(self, path: str) -> list[dict[str, Any]]:
        engine(self.database)
        now = self.server.clock.now() // 1000
        asked = {"start_time": now - 86400, "end_time": now + 60, "channel_ids": [self.channel_id]}
        return list(self.server.post(path, asked, self.person.key).data["items"])

    def alert(self) -> dict[str, Any]:
        [found] = self.listed("/alert/list")
        return found

    def reasons(self) -> list[str]:
        engine(self.database)
        asked = {"integration_id": self.integration_id}
        found = self.server.post("/datasource/rejected-event/list", asked, self.person.key)
        return [one["reason"] for one in found.data["items"]]
