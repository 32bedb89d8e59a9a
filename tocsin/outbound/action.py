"""Custom actions: JSON by POST, while somebody waits for it, to an address of the account's choice.

Done means answered with exactly 200 within a second; there is no second try but theirs.
"""

import hashlib
import hmac
import ssl
from typing import Final

from msgspec import Struct

from tocsin.kernel.text import cut
from tocsin.outbound.address import Reach
from tocsin.outbound.safe_fetch import Fetch, fetch
from tocsin.outbound.transport import SendFailed

SECONDS_MAX: Final = 1
SIGNATURE_HEADER: Final = "Tocsin-Signature"
_ANSWER_LENGTH_MAX: Final = 500


class Action(Struct, frozen=True):
    """What to post where; with a `secret` the body is signed."""

    url: str
    headers: dict[str, str]
    body: bytes
    secret: str = ""


def act(action: Action, reach: Reach, trust: ssl.SSLContext | None = None) -> None:
    """Carry it out; SendFailed says why it did not work."""
    headers = {**action.headers, "Content-Type": "application/json"}
    if action.secret:
        signed = hmac.new(action.secret.encode(), action.body, hashlib.sha256).hexdigest()
        headers[SIGNATURE_HEADER] = f"sha256={signed}"
    request = Fetch(action.url, "POST", headers, action.body, SECONDS_MAX)
    answer = fetch(request, reach, trust)
    if answer.status != 200:
        text = cut(answer.body.decode("utf-8", "replace"), _ANSWER_LENGTH_MAX)
        raise SendFailed(f"answered {answer.status}, not 200: {text}", retryable=False)
