"""Incident and alert webhooks: JSON by POST to an address of the account's choosing.

Delivered means answered with exactly 200 within two seconds. A broken connection, and an answer
that says "not now", is worth more tries for two days; receivers tell a repeat by the body's
`event_id`.
"""

import hmac
import ssl
from typing import Final

import msgspec
from msgspec import Raw, Struct

from tocsin.domain.retry import RetryPolicy
from tocsin.domain.webhook_secret import WebhookSecret
from tocsin.domain.webhook_try import HookType
from tocsin.kernel.clock import Clock
from tocsin.kernel.text import HIDDEN, cut
from tocsin.kernel.units import HOUR, SECOND, seconds
from tocsin.outbound.address import Reach
from tocsin.outbound.safe_fetch import Answer, Fetch, fetch
from tocsin.outbound.sealed import Seals, opened
from tocsin.outbound.transport import Exchange, Message, Receipt, SendFailed

METHOD: Final = "webhook"
SECONDS_MAX: Final = 2
MAY_REPEAT_HEADER: Final = "Tocsin-May-Repeat"
SIGNATURE_HEADER: Final = "Tocsin-Signature"
_ANSWER_LENGTH_MAX: Final = 1_000
_NOT_NOW: Final = frozenset({408, 425, 429})


class Told(Struct, frozen=True):
    """What an event was about, for the history; `event_time` in ms."""

    webhook_type: HookType
    event_id: str
    event_type: str
    event_time: int
    channel_id: int
    title: str


class WebhookCall(Struct, frozen=True):
    """A webhook delivery's payload: the JSON `body` to post, and how. The target is the URL.

    `sealed` holds what to sign with, the newest secret first, with commas; empty signs nothing.
    `door`, sealed as well, takes the place of the target and of the headers.
    """

    body: Raw
    told: Told
    headers: dict[str, str] = {}
    verify_tls: bool = True
    integration_id: int = 0
    sealed: str = ""
    door: str = ""


class WebhookTransport:
    """Posts webhook calls. `reach` bounds where to; `trust` replaces the system's authorities."""

    retry = RetryPolicy(
        failures_max=80, age_max_ms=48 * HOUR, first_wait_ms=SECOND, wait_max_ms=HOUR
    )
    senders = 8

    def __init__(
        self,
        reach: Reach,
        seal: Seals,
        clock: Clock,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._reach = reach
        self._seal = seal
        self._clock = clock
        self._trust = trust

    def send(self, message: Message) -> Receipt:
        call = msgspec.json.decode(message.payload, type=WebhookCall)
        url, given = self._door(message, call)
        own = {"Content-Type": "application/json"}
        if message.may_repeat:
            own[MAY_REPEAT_HEADER] = "yes"
        began = self._clock.now()
        if call.sealed:
            own[SIGNATURE_HEADER] = self._signature(call, began)
        request = Fetch(
            url=url,
            method="POST",
            headers={**given, **own},
            body=bytes(call.body),
            seconds_max=SECONDS_MAX,
            verify_tls=call.verify_tls,
        )
        # What a header of theirs holds often opens the receiver's door.
        shown = {**dict.fromkeys(given, HIDDEN), **own}
        try:
            answer = fetch(request, self._reach, self._trust)
        except SendFailed as failure:
            failure.exchange = Exchange(self._clock.now() - began, shown)
            raise
        return _judged(answer, Exchange(self._clock.now() - began, shown))

    def _door(self, message: Message, call: WebhookCall) -> tuple[str, dict[str, str]]:
        """Where to, and with which headers."""
        if not call.door:
            return message.target, call.headers
        secret = msgspec.json.decode(opened(self._seal, call.door), type=WebhookSecret)
        return secret.endpoint, secret.headers

    def _signature(self, call: WebhookCall, at: int) -> str:
        """`t=<seconds>` and a `v1=<hex>` for each secret: HMAC-SHA256 of "<seconds>.<body>"."""
        secrets = opened(self._seal, call.sealed).split(",")
        text = f"{seconds(at)}.".encode() + bytes(call.body)
        made = [hmac.new(one.strip().encode(), text, "sha256").hexdigest() for one in secrets]
        return ",".join([f"t={seconds(at)}", *(f"v1={one}" for one in made)])


def _judged(answer: Answer, asked: Exchange) -> Receipt:
    text = cut(answer.body.decode("utf-8", "replace"), _ANSWER_LENGTH_MAX)
    exchange = msgspec.structs.replace(
        asked, status=answer.status, headers=answer.headers, body=text
    )
    if answer.status != 200:
        raise SendFailed(
            f"answered {answer.status}, not 200: {text}",
            retryable=answer.status >= 500 or answer.status in _NOT_NOW,
            exchange=exchange,
        )
    return Receipt(f"200 {text}".strip(), exchange)
