"""How bad an issue is, from its environment, words, cause and age."""

import re2

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.issue_cause import Cause
from tocsin.domain.severity import Severity
from tocsin.kernel.units import DAY, HOUR

TEXT_MAX = 2048
OLD_AFTER_MS = 7 * DAY


_CRITICAL_WORDS = re2.compile(
    r"(?i)fatal|panic|crash|out of memory|outofmemory|deadlock|corrupt|data loss|segfault"
)
_WARNING_WORDS = re2.compile(r"(?i)time(?:d )?-?out|refused|denied|forbidden|unavailable|failed")


def assess(event: ErrorEvent, cause: Cause, is_crash: bool, age_ms: int) -> Severity:
    """A crash is Critical; what is known for a week is Info; else a score decides.

    `age_ms` is the time since the issue was first seen. 70 points make Critical, 40 Warning.
    """
    if is_crash:
        return Severity.CRITICAL
    if age_ms > OLD_AFTER_MS:
        return Severity.INFO
    score = _place(event.env) + _words(event) + _blame(cause) + _duration(age_ms)
    if score >= 70:
        return Severity.CRITICAL
    return Severity.WARNING if score >= 40 else Severity.INFO


def _place(env: str) -> int:
    name = env.lower()
    if name.startswith("prod"):
        return 50
    return 30 if name.startswith(("stag", "pre")) else 10


def _words(event: ErrorEvent) -> int:
    outermost = event.exceptions[-1] if event.exceptions else None
    said = f"{outermost.type} {outermost.value}" if outermost else ""
    text = f"{said} {event.message}"[:TEXT_MAX]
    if _CRITICAL_WORDS.search(text):
        return 30
    return 15 if _WARNING_WORDS.search(text) else 0


def _blame(cause: Cause) -> int:
    if cause is Cause.API_FAILED_REQUEST:
        return 20
    return 15 if cause.startswith("code.") else 5


def _duration(age_ms: int) -> int:
    if age_ms > 24 * HOUR:
        return 20
    return 10 if age_ms > 12 * HOUR else 0
