"""Passwords at rest: argon2id, slow by design."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """What is stored instead of the password; another text each time."""
    return _HASHER.hash(password)


def matches(password: str, hashed: str) -> bool:
    """Whether `hashed` was made from this password; false where there is none."""
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def waste_time(password: str) -> None:
    """Take as long as checking a password does, where there is none to check."""
    matches(password, _decoy())


@cache
def _decoy() -> str:
    return hash_password("")
