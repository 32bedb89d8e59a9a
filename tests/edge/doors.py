"""What tests of the error doors share: an application with its keys, and a look into the inbox."""

from typing import Any

import httpx
from msgspec import Struct

from tests.cast import Cast
from tests.server import Server
from tocsin.engine.digesting import digest_some
from tocsin.engine.handlers import digesters
from tocsin.engine.inquiry import Inquiries
from tocsin.engine.loop import Turn
from tocsin.kernel.units import DAY
from tocsin.outbound.address import Reach
from tocsin.store.inbox import Entry, open_inbox

EVENT_ID = "0123456789abcdef0123456789abcdef"
ENVELOPE = b'{"event_id":"%s"}\n{"type":"event"}\n{"message":"hello"}' % EVENT_ID.encode()


class Keys(Struct, frozen=True):
    """An application, and how its SDKs reach it."""

    application_id: str
    client_token: str
    dsn: str

    @property
    def public_key(self) -> str:
        return httpx.URL(self.dsn).username

    @property
    def project(self) -> str:
        return self.dsn.rpartition("/")[2]

    @property
    def auth(self) -> dict[str, str]:
        return {"X-Sentry-Auth": f"Sentry sentry_key={self.public_key}, sentry_version=7"}


def application(server: Server, cast: Cast, **fields: Any) -> Keys:
    wish = {"application_name": "Shop", "type": "browser", "team_id": 0} | fields
    made = server.post("/rum/application/create", wish, cast.alice.key).data
    return Keys(made["application_id"], made["client_token"], made["dsn"])


def waiting(server: Server) -> list[Entry]:
    """What the doors have put on disk."""
    inbox = open_inbox(server.database)
    with inbox.take(1000) as taken:
        found = taken.entries
    inbox.close()
    return found


def digest(server: Server) -> None:
    """Have an engine digest all that waits."""
    inbox = open_inbox(server.database)
    known = digesters(Inquiries(Reach()))
    while _run(digest_some(server.database, inbox, known)):
        pass
    inbox.close()


def _run(turn: Turn) -> bool:
    """Run a turn through; whether there was anything to do."""
    while True:
        try:
            next(turn)
        except StopIteration as end:
            return bool(end.value)


def issues(server: Server, cast: Cast, keys: Keys) -> list[Any]:
    """The application's issues, as the API lists them."""
    now = server.clock.now()
    wish = {
        "application_ids": [keys.application_id],
        "start_time": now - DAY,
        "end_time": now + DAY,
    }
    return list(server.post("/rum/issue/list", wish, cast.alice.key).data["items"])
