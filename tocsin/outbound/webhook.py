"""Incident webhooks: JSON by POST to an address of the account's choosing.

Delivered means answered with exactly 200 within two seconds. A broken connection is worth one
more try, an answer other than 200 none, and receivers tell a repeat by the body's `event_id`.
"""

import ssl
from typing import Final

import msgspec
from msgspec import Raw, Struct

from tocsin.domain.retry import RetryPolicy
from tocsin.kernel.text import cut
from tocsin.kernel.units import MINUTE, SECOND
from tocsin.outbound.address import Reach
from tocsin.outbound.safe_fetch import Fetch, fetch
from tocsin.outbound.transport import Message, Receipt, SendFailed

METHOD: Final = "webhook"
SECONDS_MAX: Final = 2
MAY_REPEAT_HEADER: Final = "Tocsin-May-Repeat"
_ANSWER_LENGTH_MAX: Final = 1_000


class WebhookCall(Struct, frozen=True):
    """A webhook delivery's payload: the JSON `body` to post, and how. The target is the URL."""

    body: Raw
    headers: dict[str, str] = {}
    verify_tls: bool = True


class WebhookTransport:
    """Posts webhook calls. `reach` bounds where to; `trust` replaces the system's authorities."""

    retry = RetryPolicy(failures_max=2, age_max_ms=10 * MINUTE, first_wait_ms=SECOND)
    senders = 4

    def __init__(self, reach: Reach, trust: ssl.SSLContext | None = None) -> None:
        self._reach = reach
        self._trust = trust

    def send(self, message: Message) -> Receipt:
        call = msgspec.json.decode(message.payload, type=WebhookCall)
        headers = {**call.headers, "Content-Type": "application/json"}
        if message.may_repeat:
            headers[MAY_REPEAT_HEADER] = "yes"
        request = Fetch(
            url=message.target,
            method="POST",
            headers=headers,
            body=bytes(call.body),
            seconds_max=SECONDS_MAX,
            verify_tls=call.verify_tls,
        )
        answer = fetch(request, self._reach, self._trust)
        text = cut(answer.body.decode("utf-8", "replace"), _ANSWER_LENGTH_MAX)
        if answer.status != 200:
            raise SendFailed(f"answered {answer.status}, not 200: {text}", retryable=False)
        return Receipt(f"200 {text}".strip())
