"""Pages on trial, on their way to the watcher outside who asked for one."""

from typing import Final

import msgspec
from msgspec import Struct

from tocsin.domain.retry import RetryPolicy
from tocsin.kernel.clock import Clock
from tocsin.kernel.signing import HEADER, signature
from tocsin.kernel.units import MINUTE, SECOND
from tocsin.outbound.address import ANYWHERE
from tocsin.outbound.safe_fetch import Fetch, fetch
from tocsin.outbound.transport import Message, Receipt, SendFailed

METHOD: Final = "trial"
SECONDS_MAX: Final = 5


class Trial(Struct, frozen=True):
    """A delivery's payload: which page it is; without a `callback` it need not leave the server."""

    name: str
    nonce: str
    callback: str = ""


class TrialTransport:
    """Posts pages on trial, signed with the secret that is shared with the watcher."""

    retry = RetryPolicy(failures_max=3, age_max_ms=5 * MINUTE, first_wait_ms=5 * SECOND)
    senders = 1

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def send(self, message: Message) -> Receipt:
        trial = msgspec.json.decode(message.payload, type=Trial)
        if not trial.callback:
            return Receipt("it came to the end of the engine's way")
        body = msgspec.json.encode({"nonce": trial.nonce})
        headers = {
            "Content-Type": "application/json",
            HEADER: signature(self._secret, body, self._clock.now()),
        }
        # Only who knows the secret names the address.
        request = Fetch(trial.callback, "POST", headers, body, SECONDS_MAX)
        answer = fetch(request, ANYWHERE)
        if answer.status != 200:
            raise SendFailed(f"the watcher answered {answer.status}", retryable=True)
        return Receipt("the watcher has it")
