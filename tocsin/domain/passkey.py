"""A passkey: a key pair in somebody's device, of which we know the public half."""

from typing import Final

from msgspec import Struct

from tocsin.kernel.units import MINUTE

PASSKEYS_MAX: Final = 20
CHALLENGE_LIFE_MS: Final = 5 * MINUTE


class Passkey(Struct, frozen=True):
    """Instants in ms; `sign_count` is what the device counted to, 0 where it does not count."""

    id: str
    credential_hash: str
    credential_id: bytes
    account_id: int
    member_id: int
    name: str
    public_key: bytes
    sign_count: int
    created_at: int
    used_at: int
