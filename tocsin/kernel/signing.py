"""Requests and answers between two who share a secret: `t=<seconds>,v1=<hex>` over time and body."""

import hmac
from typing import Final

from tocsin.kernel.units import MINUTE, from_seconds, seconds

HEADER: Final = "Tocsin-Signature"
WINDOW_MS: Final = 5 * MINUTE


def signature(secret: str, body: bytes, at: int) -> str:
    """What goes into the header at an instant (ms)."""
    return f"t={seconds(at)},v1={_digest(secret, body, seconds(at))}"


def is_signed(secret: str, body: bytes, given: str, at: int) -> bool:
    """Whether a header was made with the secret for this body, within minutes of an instant (ms)."""
    stamp, _, made = given.partition(",")
    text = stamp.removeprefix("t=")
    if not secret or not text.isdecimal() or len(text) > 12:
        return False
    if abs(at - from_seconds(int(text))) > WINDOW_MS:
        return False
    expected = f"v1={_digest(secret, body, int(text))}"
    return hmac.compare_digest(expected.encode(), made.encode())


def _digest(secret: str, body: bytes, stamp: int) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, "sha256").hexdigest()
