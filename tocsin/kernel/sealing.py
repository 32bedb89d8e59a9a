"""Secrets that must be read again, kept so that a copy of the database does not give them away.

What is only ever compared (keys, passwords) is hashed instead.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from tocsin.kernel.errors import Unavailable

PHRASE_LENGTH_MIN: Final = 32


class Seal:
    """Closes and opens secrets.

    `phrases` is asked at the first secret. Each is 32 or more characters of chance; the first
    closes, all of them open, so that a phrase can be replaced by putting a new one before it.
    """

    def __init__(self, phrases: Callable[[], Sequence[str]]) -> None:
        self._phrases = phrases

    def close(self, secret: str) -> bytes:
        """The secret as it may lie in the database; nothing for none. Unavailable without a key."""
        if not secret:
            return b""
        return self._keys.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The secret again. Unavailable where it was closed with a key that is not here."""
        if not sealed:
            return ""
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            raise Unavailable(
                "a stored secret was sealed with another key; give this server the secret_key "
                "it was set with, or set the secret again"
            ) from None

    @property
    def is_ready(self) -> bool:
        """Whether there is a key at all."""
        try:
            return bool(self._phrases())
        except (OSError, ValueError):
            return False

    def sign(self, text: str) -> str:
        """A signature of 22 characters that fit into a URL. Unavailable without a key."""
        _ = self._keys
        return _signature(self._phrases()[0], text)

    def signed(self, text: str, signature: str) -> bool:
        """Whether this server signed the text, with any of its keys."""
        made = [_signature(phrase, text) for phrase in self._phrases()]
        return any(compare_digest(one.encode(), signature.encode()) for one in made)

    @cached_property
    def _keys(self) -> MultiFernet:
        try:
            keys = [_key(phrase) for phrase in self._phrases()]
        except (OSError, ValueError) as problem:
            raise Unavailable(
                "the key that secrets are sealed with cannot be read: {problem}", problem=problem
            ) from None
        if not keys:
            raise Unavailable("this server has no key to seal secrets with; set secret_key")
        return MultiFernet(keys)


def phrases(text: str) -> list[str]:
    """Phrases separated by commas or lines; ValueError for one that is too short."""
    found = [phrase.strip() for phrase in text.replace("\n", ",").split(",") if phrase.strip()]
    if any(len(phrase) < PHRASE_LENGTH_MIN for phrase in found):
        raise ValueError(f"a secret key has at least {PHRASE_LENGTH_MIN} characters")
    return found


def _signature(phrase: str, text: str) -> str:
    key = sha256(f"sign {phrase}".encode()).digest()
    digest = hmac.digest(key, text.encode(), "sha256")
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def _key(phrase: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(phrase.encode()).digest()))
