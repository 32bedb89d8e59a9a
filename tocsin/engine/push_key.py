"""The key pair that an account signs its push messages with, made at its first use."""

from base64 import urlsafe_b64encode
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tocsin.store import push_key
from tocsin.store.database import Tx
from tocsin.store.push_key import PushKey

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256: private keys lie below it."""


def public(tx: Tx, account_id: int) -> str:
    """The public key, which browsers subscribe to, as the Push API takes it."""
    return _pair(tx, account_id).public


def private(tx: Tx, account_id: int) -> str:
    """The private key, raw and in base64url. Unavailable where it cannot be opened."""
    return tx.site.seal.open(_pair(tx, account_id).sealed)


def _pair(tx: Tx, account_id: int) -> PushKey:
    found = push_key.get(tx, account_id)
    if found is None:
        push_key.add(tx, _made(tx, account_id))
        found = push_key.get(tx, account_id)
    if found is None:
        raise LookupError("a push key was kept and is not there")
    return found


def _made(tx: Tx, account_id: int) -> PushKey:
    number = tx.ids.secret_number(_ORDER)
    point = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    shown = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    sealed = tx.site.seal.close(_text(number.to_bytes(32, "big")))
    return PushKey(account_id, _text(shown), sealed, tx.now)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
