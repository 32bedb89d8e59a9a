"""The watchdog: looks whether this server keeps up, and tells the operator by a way of its own,
which needs no engine and no outbox; while all is well it says so to a dead man's switch outside."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from tocsin.domain import notice_words
from tocsin.domain.watchdog import WATCHER_SILENT_MS, Watch, Word, looked
from tocsin.kernel.settings import Settings
from tocsin.kernel.units import MINUTE, SECOND
from tocsin.outbound.address import ANYWHERE
from tocsin.outbound.email import Mail
from tocsin.outbound.safe_fetch import Fetch, fetch
from tocsin.outbound.transport import Message, SendFailed, Transport
from tocsin.store import seen, watch
from tocsin.store.database import Database

PERIOD_SECONDS: Final = 15
PING_MS: Final = MINUTE
TELL_SECONDS_MAX: Final = 10
OPERATOR: Final = 0

log = logging.getLogger(__name__)


class Watchdog:
    """`problems` is what keeps the server from doing its work; `mail` sends without an outbox."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        problems: Callable[[], list[str]],
        mail: Transport,
    ) -> None:
        self._database = database
        self._settings = settings
        self._problems = problems
        self._mail = mail
        self._watch = Watch()
        self._pinged_at = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()

    def look(self) -> None:
        """Look once, and tell what there is to tell."""
        now = self._database.clock.now()
        problems = self._problems()
        if not problems and now - self._pinged_at >= PING_MS:
            self._pinged_at = now
            self._ping()
        problems += self._silent(now)
        self._watch, word = looked(self._watch, tuple(problems), now)
        if word and self._is_first(word, now):
            self._tell(word, now)

    def _silent(self, now: int) -> list[str]:
        """Watchers outside that are not heard of any more."""
        try:
            with self._database.read() as tx:
                known = watch.all_of(tx)
        except SQLAlchemyError:
            return []
        return [
            f"the watcher {one.name} has been silent for {(now - one.seen_at) // MINUTE} min;"
            " see `tocsin watch` on its machine"
            for one in known
            if now - one.seen_at > WATCHER_SILENT_MS
        ]

    def _is_first(self, word: Word, now: int) -> bool:
        """Whether no other process of this server tells the same. In doubt it is told twice."""
        kind = "trouble" if word.problems else "over"
        try:
            with self._database.write() as tx:
                return seen.first(tx, OPERATOR, "watchdog", f"{kind}/{now // (10 * MINUTE)}")
        except SQLAlchemyError:
            return True

    def _tell(self, word: Word, now: int) -> None:
        url = self._database.site.public_url
        since = datetime.fromtimestamp(word.since / SECOND, UTC).isoformat(timespec="seconds")
        title, text = notice_words.trouble(url, since, word.problems)
        log.error("the watchdog barks", extra={"problems": word.problems})
        settings = self._settings
        if settings.watchdog_url:
            body = {"status": "trouble" if word.problems else "ok", "url": url, "title": title}
            said = msgspec.json.encode({**body, "problems": word.problems, "since": word.since})
            headers = {"Content-Type": "application/json"}
            self._post(Fetch(settings.watchdog_url, "POST", headers, said, TELL_SECONDS_MAX))
        if settings.smtp_host:
            mail = msgspec.json.encode(Mail(title, text))
            target = settings.watchdog_email or settings.owner_email
            try:
                self._mail.send(Message(f"watchdog.{now}", target, mail))
            except SendFailed as failure:
                log.error("the watchdog's mail failed", extra={"why": failure.why})

    def _ping(self) -> None:
        if self._settings.heartbeat_url:
            self._post(Fetch(self._settings.heartbeat_url, seconds_max=TELL_SECONDS_MAX))

    def _post(self, request: Fetch) -> None:
        try:
            answer = fetch(request, ANYWHERE)
        except SendFailed as failure:
            log.error("the watchdog reaches nobody", extra={"why": failure.why})
            return
        if answer.status >= 400:
            log.error("the watchdog was refused", extra={"status": answer.status})

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(PERIOD_SECONDS)
            try:
                await run_in_threadpool(self.look)
            except Exception:
                log.exception("the watchdog stumbled; it looks again in %s s", PERIOD_SECONDS)
