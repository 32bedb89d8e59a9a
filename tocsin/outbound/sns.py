"""Confirming a subscription of Amazon SNS: verify who asks, then fetch the address they gave.

Confirming twice is harmless, so a delivery that may repeat needs no mark.
"""

import re
import ssl
from typing import Final

import msgspec

from tocsin.domain import sns
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.sns import BadSignature, is_amazon
from tocsin.kernel.units import HOUR, SECOND
from tocsin.outbound.address import Reach
from tocsin.outbound.safe_fetch import Answer, Fetch, fetch
from tocsin.outbound.transport import Message, Receipt, SendFailed

METHOD: Final = "sns"
FETCH_SECONDS_MAX: Final = 8


class SnsTransport:
    """Confirms subscriptions. The payload is the message as SNS sent it, the target its topic.

    `reach` bounds where to, `trust` replaces the system's authorities, `hosts` Amazon's names.
    """

    retry = RetryPolicy(failures_max=12, age_max_ms=48 * HOUR, first_wait_ms=10 * SECOND)
    senders = 1

    def __init__(
        self,
        reach: Reach,
        trust: ssl.SSLContext | None = None,
        hosts: re.Pattern[str] = sns.AMAZON,
    ) -> None:
        self._reach = reach
        self._trust = trust
        self._hosts = hosts

    def send(self, message: Message) -> Receipt:
        asked = msgspec.json.decode(message.payload, type=dict[str, str])
        certificate = self._get(asked["SigningCertURL"]).body
        try:
            sns.verify(asked, certificate)
        except BadSignature as problem:
            why = f"the subscription is not confirmed: {problem}"
            raise SendFailed(why, retryable=False) from None
        self._get(asked["SubscribeURL"])
        return Receipt(f"confirmed {message.target}")

    def _get(self, url: str) -> Answer:
        if not is_amazon(url, self._hosts):
            raise SendFailed(f"{url[:200]} is no https address of Amazon SNS", retryable=False)
        request = Fetch(url=url, seconds_max=FETCH_SECONDS_MAX)
        answer = fetch(request, self._reach, self._trust)
        if answer.status != 200:
            raise SendFailed(f"Amazon answered {answer.status}, not 200", retryable=True)
        return answer
