"""A watcher outside: what it finds wrong with a server, and whom it tells."""

import logging
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec import Struct

from tocsin.domain.watchdog import Watch, Word, looked
from tocsin.kernel.clock import Clock
from tocsin.kernel.ids import Ids
from tocsin.kernel.signing import HEADER, is_signed, signature
from tocsin.kernel.units import SECOND
from tocsin.outbound.address import ANYWHERE
from tocsin.outbound.apprise import any_service_of
from tocsin.outbound.safe_fetch import Answer, Fetch, fetch
from tocsin.outbound.transport import SendFailed
from tocsin.wire.watch import PATH, Beat, BeatBack

ASK_SECONDS_MAX: Final = 10
TELL_TRIES: Final = 3

log = logging.getLogger(__name__)


class Plan(Struct, frozen=True):
    """What to watch, and how. Without a `callback`, pages on trial end inside the server."""

    url: str
    name: str
    secret: str
    patience_ms: int
    trial_every_ms: int
    trial_within_ms: int
    callback: str = ""


class Trial(Struct, frozen=True):
    """A page on trial that was asked for at an instant (ms)."""

    nonce: str
    asked_at: int
    has_arrived: bool = False


class Watcher:
    """Looks after one server. `arrived` says whether a page on trial came to this machine."""

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        ids: Ids,
        arrived: Callable[[str], bool],
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._plan = plan
        self._clock = clock
        self._ids = ids
        self._arrived = arrived
        self._trust = trust
        self._trial: Trial | None = None
        self._overdue = ""
        self._watch = Watch()

    @property
    def awaits_trial(self) -> bool:
        """Whether a page on trial is on its way and may still come in time."""
        trial = self._trial
        return bool(trial and not trial.has_arrived and not self._overdue)

    def look(self) -> Word | None:
        """Look once; what is to be told of it, if anything."""
        problems = self.problems()
        for problem in problems:
            log.warning("something is wrong", extra={"problem": problem})
        now = self._clock.now()
        self._watch, word = looked(self._watch, problems, now, self._plan.patience_ms)
        return word

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the server now."""
        now = self._clock.now()
        due = self._trial is None or now - self._trial.asked_at >= self._plan.trial_every_ms
        nonce = self._ids.hex32()
        beat = Beat(self._plan.name, nonce, page=due, callback=self._plan.callback)
        try:
            back = self._exchange(beat)
        except SendFailed as failure:
            return (f"the server does not answer as it should: {failure.why}",)
        if due:
            self._trial = Trial(nonce, now)
        return (*back.problems, *self._tried(back, now))

    def _exchange(self, beat: Beat) -> BeatBack:
        body = msgspec.json.encode(beat)
        secret = self._plan.secret
        headers = {
            "Content-Type": "application/json",
            HEADER: signature(secret, body, self._clock.now()),
        }
        request = Fetch(self._plan.url + PATH, "POST", headers, body, ASK_SECONDS_MAX)
        answer = fetch(request, ANYWHERE, self._trust)
        if answer.status != 200:
            said = answer.body.decode("utf-8", "replace")[:200]
            raise SendFailed(f"answered {answer.status}: {said}", retryable=True)
        return self._read(answer, beat.nonce)

    def _read(self, answer: Answer, nonce: str) -> BeatBack:
        given = next(
            (text for name, text in answer.headers.items() if name.lower() == HEADER.lower()), ""
        )
        if not is_signed(self._plan.secret, answer.body, given, self._clock.now()):
            raise SendFailed("what answers is not the server, or has another clock", retryable=True)
        try:
            back = msgspec.json.decode(answer.body, type=BeatBack)
        except (msgspec.DecodeError, msgspec.ValidationError) as problem:
            raise SendFailed(f"the answer cannot be read: {problem}", retryable=True) from None
        if back.nonce != nonce:
            raise SendFailed("the answer is to something else", retryable=True)
        return back

    def _tried(self, back: BeatBack, now: int) -> tuple[str, ...]:
        """What is wrong with the last page on trial; a late one is, until the next one arrives."""
        trial = self._trial
        if trial is None:
            return ()
        here = self._arrived(trial.nonce) if self._plan.callback else True
        there = back.page_nonce == trial.nonce and bool(back.page_arrived_at)
        if here and there:
            self._trial = msgspec.structs.replace(trial, has_arrived=True)
            self._overdue = ""
        elif now - trial.asked_at >= self._plan.trial_within_ms and not trial.has_arrived:
            seconds = self._plan.trial_within_ms // SECOND
            self._overdue = f"a page on trial has not arrived within {seconds} s"
        return (self._overdue,) if self._overdue else ()


def tell(places: tuple[str, ...], url: str, word: Word, trust: ssl.SSLContext | None) -> bool:
    """Tell everybody; whether somebody was reached. An http(s) address is posted JSON to,
    anything else is a URL of Apprise."""
    title = f"Tocsin at {url} is {'in trouble' if word.problems else 'well again'}"
    since = datetime.fromtimestamp(word.since / SECOND, UTC).isoformat(timespec="seconds")
    text = "\n".join([f"It began at {since}.", *word.problems])
    status = "trouble" if word.problems else "ok"
    said = {"status": status, "url": url, "title": title, "problems": word.problems}
    body = msgspec.json.encode({**said, "since": word.since})
    reached = [_told(place, title, text, body, trust) for place in places]
    return any(reached)


def _told(place: str, title: str, text: str, body: bytes, trust: ssl.SSLContext | None) -> bool:
    for _ in range(TELL_TRIES):
        try:
            if place.startswith(("http://", "https://")):
                headers = {"Content-Type": "application/json"}
                answer = fetch(
                    Fetch(place, "POST", headers, body, ASK_SECONDS_MAX), ANYWHERE, trust
                )
                if answer.status < 300:
                    return True
                log.error("a page was refused", extra={"status": answer.status})
            elif any_service_of(place).notify(body=text, title=title):
                return True
        except (SendFailed, ValueError) as failure:
            log.error("a page did not get through", extra={"why": str(failure)})
    return False
