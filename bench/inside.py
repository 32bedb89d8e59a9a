"""The product's operations called in this process, one thread on SQLite."""

from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from tests.cast import assemble
from tocsin import ops
from tocsin.edge.dispatch import Asked, Dispatcher
from tocsin.edge.session_cookie import SessionCookie
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import Ids, system_chance
from tocsin.kernel.operation import OPERATIONS
from tocsin.store import schema
from tocsin.store.database import Database


class Inside:
    """A new database in a folder, and the account of its owner."""

    def __init__(self, folder: Path) -> None:
        ops.load()
        self.clock = SystemClock()
        ids = Ids(self.clock, system_chance())
        self.database = Database.open(f"sqlite:///{folder}/list.db", self.clock, ids)
        schema.migrate(self.database)
        self.cast = assemble(self.database)
        cookie = SessionCookie("")
        self._dispatcher = Dispatcher(
            self.database, None, None, cookie, lambda *_: None, lambda *_: None
        )

    def call(self, path: str, body: Any) -> Any:
        """The data of one call by the owner."""
        answer = msgspec.json.decode(self._dispatcher.answer(self._asked(path, body)).body)
        if "data" not in answer:
            raise SystemExit(f"{path}: {answer}")
        return answer["data"]

    def latencies(self, path: str, body: Any, calls: int) -> list[float]:
        """How long so many calls took (ms), the shortest first."""
        asked = self._asked(path, body)
        self._dispatcher.answer(asked)
        found = []
        for _ in range(calls):
            began = perf_counter()
            self._dispatcher.answer(asked)
            found.append((perf_counter() - began) * 1000)
        return sorted(found)

    def _asked(self, path: str, body: Any) -> Asked:
        return Asked(
            operation=OPERATIONS[path],
            request_id="bench",
            body=msgspec.json.encode(body),
            oversized=False,
            app_key=self.cast.alice.key,
            session="",
            is_own=True,
            ip="",
            agent="",
            language="en",
            lifts_calendar_limit=False,
            params=[],
        )
