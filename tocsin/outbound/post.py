"""What every messenger and push service has in common: one HTTP request that carries a text.

A service is two functions: what to ask, and whether the answer is a yes.
"""

import ssl
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin.domain.contact import Address
from tocsin.domain.retry import PATIENT
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.sealing import Seal
from tocsin.kernel.text import cut
from tocsin.outbound.address import Reach
from tocsin.outbound.safe_fetch import Answer, Fetch, fetch
from tocsin.outbound.transport import Message, Receipt, SendFailed

_ANSWER_LENGTH_MAX: Final = 300
_TOO_MANY: Final = 429
_AGAIN: Final = "This message may be a repeat."


class Post(Struct, frozen=True):
    """A delivery's payload: what to tell, and, sealed, where. The target only names the place.

    `url` shows the incident, `ack_url` acknowledges it; empty where there is none.
    """

    title: str
    text: str
    severity: str
    url: str = ""
    ack_url: str = ""
    sealed: str = ""


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
        seal: Callable[[], Seal],
        clock: Clock,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._build = build
        self._reach = reach
        self._seal = seal
        self._clock = clock
        self._trust = trust

    def send(self, message: Message) -> Receipt:
        post = msgspec.json.decode(message.payload, type=Post)
        text = f"{post.text}\n{_AGAIN}" if message.may_repeat else post.text
        telling = Telling(post, self._open(post), self._clock.now(), text)
        answer = fetch(self._build(telling), self._reach, self._trust)
        return _judge(answer)

    def _open(self, post: Post) -> Address:
        try:
            opened = self._seal().open(b64decode(post.sealed))
        except Unavailable as problem:
            raise SendFailed(problem.message(), retryable=True) from None
        return msgspec.json.decode(opened, type=Address)


def sealed(seal: Seal, address: Address) -> str:
    """An address as it may lie in a payload."""
    return b64encode(seal.close(msgspec.json.encode(address).decode())).decode()


def json_request(url: str, body: Mapping[str, Any], headers: Mapping[str, str] = {}) -> Fetch:
    """A POST of JSON."""
    return Fetch(
        url=url,
        method="POST",
        headers={"Content-Type": "application/json; charset=utf-8", **headers},
        body=msgspec.json.encode(body),
    )


def _judge(answer: Answer) -> Receipt:
    """A yes, or SendFailed. Many services say no inside an answer of 200."""
    text = cut(answer.body.decode("utf-8", "replace"), _ANSWER_LENGTH_MAX)
    if not 200 <= answer.status < 300:
        again = answer.status >= 500 or answer.status == _TOO_MANY
        raise SendFailed(f"answered {answer.status}: {text}", retryable=again)
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
