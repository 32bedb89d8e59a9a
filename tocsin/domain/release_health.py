"""How sessions of a release end, and what share of them does without a crash."""

from msgspec import Struct
from msgspec.structs import astuple

from tocsin.kernel.units import DAY


class SessionEnds(Struct, frozen=True):
    """How many sessions began and what became of them; one session counts 0 or 1 of each.

    `errored` had an error that was handled, `unhandled` one that was not and did not end it,
    `crashed` were ended by one, `abnormal` ended without saying so.
    """

    started: int = 0
    errored: int = 0
    unhandled: int = 0
    crashed: int = 0
    abnormal: int = 0

    def __add__(self, other: "SessionEnds") -> "SessionEnds":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return SessionEnds(*(one + another for one, another in pairs))

    def __sub__(self, other: "SessionEnds") -> "SessionEnds":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return SessionEnds(*(one - another for one, another in pairs))

    def with_news(self, other: "SessionEnds") -> "SessionEnds":
        """One session as two reports tell of it, in whichever order they came."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return SessionEnds(*(max(one, another) for one, another in pairs))

    @property
    def crash_free_rate(self) -> float:
        """The share of sessions that no crash ended, from 0 to 1; 1 without any."""
        return 1 - min(self.crashed, self.started) / self.started if self.started else 1.0


class ReleaseDay(Struct, frozen=True):
    """Where and when sessions count: `day` is the first ms of a day (UTC)."""

    day: int
    version: str
    env: str


class SessionReport(Struct, frozen=True):
    """What an SDK says of one session, or of many together where `session_id` is "". `user` is a
    digest of whose they were, "" where nobody is named."""

    session_id: str
    place: ReleaseDay
    ends: SessionEnds
    user: str = ""


class Users(Struct, frozen=True):
    """How many used a release, and how many of them saw it crash."""

    count: int = 0
    crashed: int = 0

    @property
    def crash_free_rate(self) -> float:
        """The share of users who saw no crash, from 0 to 1; 1 without any."""
        return 1 - self.crashed / self.count if self.count else 1.0


def day_of(at: int) -> int:
    """The first ms of the day (UTC) of `at`."""
    return at - at % DAY
