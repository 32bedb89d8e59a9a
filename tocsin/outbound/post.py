"""What every messenger and push service has in common: one HTTP request that carries a text.

A service is two functions: what to ask, and whether the answer is a yes.
"""

import ssl
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin.domain.contact import Address
from tocsin.domain.retry import PATIENT
from tocsin.kernel.clock import Clock
from tocsin.kernel.sealing import Seal
from tocsin.kernel.text import cut
from tocsin.outbound.address import Reach
from tocsin.outbound.safe_fetch import Answer, Fetch, fetch
from tocsin.outbound.sealed import Seals, closed, opened
from tocsin.outbound.transport import Message, Receipt, SendFailed

_ANSWER_LENGTH_MAX: Final = 300
_TOO_MANY: Final = 429
_GONE: Final = (404, 410)
_AGAIN: Final = "This message may be a repeat."


class Post(Struct, frozen=True):
    """A delivery's payload: what to tell, and, sealed, where. The target only names the place.

    `url` shows the incident, `ack_url` acknowledges it; empty where there is none. `sealed_text`
    takes the place of `text` where that is for the reader's eyes only. Buttons, where a service has
    them, are about `incident_id`; empty has none. `replaces` names the message of the service that
    this one takes the place of, if it does.
    """

    title: str
    text: str
    severity: str
    url: str = ""
    ack_url: str = ""
    sealed: str = ""
    sealed_text: str = ""
    incident_id: str = ""
    replaces: str = ""


class Telling(Struct, frozen=True):
    """A post that is about to be sent: the address opened, `at` (ms) for signatures."""

    post: Post
    address: Address
    at: int
    text: str

    @property
    def seconds(self) -> str:
        return str(self.at // 1000)


Build = Callable[[Telling], Fetch]


class PostTransport:
    """Sends posts to one service by the requests that `build` makes."""

    retry = PATIENT
    senders = 2

    def __init__(
        self,
        build: Build,
        reach: Reach,
        seal: Seals,
        clock: Clock,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._build = build
        self._reach = reach
        self._seal = seal
        self._clock = clock
        self._trust = trust

    def send(self, message: Message) -> Receipt:
        telling = telling_of(message, self._seal, self._clock.now())
        answer = fetch(self._build(telling), self._reach, self._trust)
        return judge(answer)


def telling_of(message: Message, seal: Seals, at: int) -> Telling:
    """A message about to be sent at an instant (ms)."""
    post = msgspec.json.decode(message.payload, type=Post)
    said = words(seal, post)
    text = f"{said}\n{_AGAIN}" if message.may_repeat else said
    return Telling(post, address(seal, post), at, text)


def sealed(seal: Seal, to: Address) -> str:
    """An address as it may lie in a payload."""
    return closed(seal, msgspec.json.encode(to).decode())


def address(seal: Seals, post: Post) -> Address:
    """Where a post goes."""
    return msgspec.json.decode(opened(seal, post.sealed), type=Address)


def words(seal: Seals, post: Post) -> str:
    """What a post says."""
    return opened(seal, post.sealed_text) if post.sealed_text else post.text


def json_request(url: str, body: Mapping[str, Any], headers: Mapping[str, str] = {}) -> Fetch:
    """A POST of JSON."""
    return Fetch(
        url=url,
        method="POST",
        headers={"Content-Type": "application/json; charset=utf-8", **headers},
        body=msgspec.json.encode(body),
    )


def judge(answer: Answer) -> Receipt:
    """A yes, or SendFailed. Many services say no inside an answer of 200."""
    text = cut(answer.body.decode("utf-8", "replace"), _ANSWER_LENGTH_MAX)
    if not 200 <= answer.status < 300:
        again = answer.status >= 500 or answer.status == _TOO_MANY
        gone = answer.status in _GONE
        raise SendFailed(f"answered {answer.status}: {text}", retryable=again, gone=gone)
    refused = _refusal(answer.body)
    if refused:
        raise SendFailed(f"refused: {text}", retryable=False)
    return Receipt(f"{answer.status} {text}".strip())


def _refusal(body: bytes) -> bool:
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return False
    if not isinstance(said, dict):
        return False
    codes = (said.get(name) for name in ("code", "StatusCode", "errcode"))
    return any(isinstance(code, int) and code != 0 for code in codes) or said.get("ok") is False
