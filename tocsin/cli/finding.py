"""What a check found."""

from enum import StrEnum

from msgspec import Struct


class Level(StrEnum):
    """`warn` works today and may not tomorrow; `fail` does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Struct, frozen=True):
    """One line of `tocsin doctor`; `step` says what to do about it."""

    level: Level
    subject: str
    text: str
    step: str = ""


def ok(subject: str, text: str) -> Finding:
    return Finding(Level.OK, subject, text)


def warn(subject: str, text: str, step: str) -> Finding:
    return Finding(Level.WARN, subject, text, step)


def fail(subject: str, text: str, step: str) -> Finding:
    return Finding(Level.FAIL, subject, text, step)
