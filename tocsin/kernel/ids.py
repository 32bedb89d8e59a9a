"""Identifiers, in the formats that clients of the Open API know.

All chance and all id-related time come from here, so that a test that fixes the clock and the
seed replays the very same ids.
"""

import itertools
import random
import secrets
from typing import Final, Protocol

from tocsin.kernel.clock import Clock

_SHORT_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_SHORT_LENGTH: Final = 22
_ULID_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_SHIFTS: Final = range(125, -1, -5)
_ACCOUNT_SUFFIX: Final = 1_000


class Chance(Protocol):
    def getrandbits(self, count: int) -> int: ...

    def randrange(self, start: int, stop: int) -> int: ...


def system_chance() -> Chance:
    """The operating system's randomness, fit for secrets."""
    return secrets.SystemRandom()


def seeded_chance(seed: int) -> Chance:
    """Randomness that repeats, for tests and simulations only."""
    return random.Random(seed)  # noqa: S311


class Ids:
    """Makes new identifiers; safe to share between threads under CPython."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._clock = clock
        self._chance = chance
        self._process = chance.getrandbits(40)
        self._counter = itertools.count(chance.getrandbits(24))

    def object_id(self) -> str:
        """24 hex digits: seconds, a process's own random part, a counter. Sorts by age."""
        stamp = self._clock.now() // 1000 & 0xFFFFFFFF
        return f"{stamp:08x}{self._process:010x}{next(self._counter) & 0xFFFFFF:06x}"

    def account_number(self) -> int:
        """A new account's id: 13 digits."""
        return self._chance.randrange(10**12, 10**13)

    def number(self, account_id: int) -> int:
        """13 digits that end in the last three of the account's, as members and channels have."""
        suffix = account_id % _ACCOUNT_SUFFIX
        return self._chance.randrange(10**9, 10**10) * _ACCOUNT_SUFFIX + suffix

    def plain_number(self) -> int:
        """13 digits with no relation to the account, as schedules have."""
        return self._chance.randrange(10**12, 10**13)

    def short(self) -> str:
        """22 characters that read aloud without confusion, as RUM applications and issues have."""
        left = self._chance.randrange(0, len(_SHORT_ALPHABET) ** _SHORT_LENGTH)
        letters = []
        for _ in range(_SHORT_LENGTH):
            left, letter = divmod(left, len(_SHORT_ALPHABET))
            letters.append(_SHORT_ALPHABET[letter])
        return "".join(letters)

    def ulid(self) -> str:
        """26 characters that sort by time, as request ids have."""
        value = (self._clock.now() << 80) | self._chance.getrandbits(80)
        return "".join([_ULID_ALPHABET[value >> shift & 31] for shift in _ULID_SHIFTS])

    def hex32(self) -> str:
        """128 random bits in hex."""
        return f"{self._chance.getrandbits(128):032x}"

    def key(self, account_id: int) -> str:
        """A secret key: 32 hex digits and the account's last three, 35 characters."""
        return f"{self.hex32()}{account_id % _ACCOUNT_SUFFIX:03d}"

    def secret_number(self, below: int) -> int:
        """A number from 1 on, fit for a private key where chance is the system's."""
        return self._chance.randrange(1, below)

    def code(self) -> str:
        """Six digits, to be typed in soon."""
        return f"{self._chance.randrange(0, 10**6):06d}"

    def password(self) -> str:
        """A one-time password a person can type: 16 characters."""
        return self.short()[:16]
