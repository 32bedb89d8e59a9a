"""A second factor: codes that change every thirty seconds (RFC 6238), and codes for the day the
phone is gone."""

from base64 import b32encode
from hmac import compare_digest
from typing import Final

import pyotp
from msgspec import Struct

from tocsin.kernel.units import SECOND

STEP_MS: Final = 30 * SECOND
DRIFT: Final = (-1, 0, 1)
"""Steps that the clock of a phone may be off."""
RECOVERY_CODES: Final = 10
ISSUER: Final = "Tocsin"


class SecondFactor(Struct, frozen=True):
    """A member's; `sealed` holds the secret. It counts once `confirmed_at` is not 0, and no code of
    `last_step` or before counts again. Instants are ms."""

    account_id: int
    member_id: int
    sealed: bytes
    confirmed_at: int
    last_step: int
    created_at: int


def secret_from(chance: str) -> str:
    """A secret as authenticators take it, from hex digits of chance."""
    return b32encode(bytes.fromhex(chance)).decode().rstrip("=")


def step_of(secret: str, code: str, at: int, last_step: int) -> int:
    """The step whose code this is, 0 where it is none that may be used now."""
    codes = pyotp.TOTP(secret)
    for drift in DRIFT:
        step = at // STEP_MS + drift
        if step > last_step and compare_digest(codes.generate_otp(step), code):
            return step
    return 0


def address(secret: str, login: str) -> str:
    """What an authenticator scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def plain(code: str) -> str:
    """A code without what people type between its parts."""
    return "".join(code.split()).replace("-", "").lower()


def grouped(code: str) -> str:
    """A recovery code as it is read and written down."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
