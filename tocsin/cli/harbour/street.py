"""Where the company's senders, programs and people live: outside of the server, with HTTP to it."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import urllib3

from tocsin.cli.refusal import Refusal
from tocsin.kernel.clock import Clock
from tocsin.kernel.ids import Ids

ANSWER_SECONDS_MAX: Final = 30


class Street:
    """`base` is where the server answers. How time passes is up to who inherits."""

    def __init__(self, base: str, clock: Clock, ids: Ids) -> None:
        self.base = base
        self.clock = clock
        self.ids = ids
        self.http = urllib3.PoolManager(retries=False, timeout=ANSWER_SECONDS_MAX)

    def call(self, path: str, key: str, **fields: Any) -> Any:
        """The data that an operation answers."""
        return self.send(f"{path}?app_key={key}", fields)["data"]

    def send(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """Knock at a door with JSON, or bytes as they are; what it answers."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        sent = {"Content-Type": "application/json", **(headers or {})}
        answer = self.http.request("POST", self.base + path, body=content, headers=sent)
        if answer.status >= 300:
            said = answer.data.decode()
            raise Refusal(f"The demo was refused {path.partition('?')[0]}: {said}")
        return msgspec.json.decode(answer.data) if answer.data else None

    def until(self, at: int) -> None:
        """Let time pass up to an instant (ms)."""
        raise NotImplementedError

    def rest(self) -> None:
        """Let the server do what it has to."""
        raise NotImplementedError
