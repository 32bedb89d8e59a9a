from tocsin.domain.error_event import Door, ErrorEvent
from tocsin.domain.issue_cause import Cause
from tocsin.domain.issue_severity import assess
from tocsin.domain.severity import Severity
from tocsin.kernel.units import DAY, HOUR


def said(message: str, env: str = "production") -> ErrorEvent:
    return ErrorEvent("e", Door.SENTRY, 1, 1, message=message, env=env)


def test_a_crash_is_critical_however_old() -> None:
    assert assess(said("x"), Cause.UNKNOWN, True, 30 * DAY) is Severity.CRITICAL


def test_what_is_known_for_a_week_is_only_information() -> None:
    assert assess(said("fatal"), Cause.UNKNOWN, False, 8 * DAY) is Severity.INFO


def test_environment_words_cause_and_duration_add_up() -> None:
    assert assess(said("fatal"), Cause.UNKNOWN, False, 0) is Severity.CRITICAL
    assert assess(said("x"), Cause.API_FAILED_REQUEST, False, 0) is Severity.CRITICAL
    assert assess(said("x"), Cause.CODE_EXCEPTION, False, 0) is Severity.WARNING
    assert assess(said("x"), Cause.CODE_EXCEPTION, False, 13 * HOUR) is Severity.CRITICAL
    assert assess(said("x", "staging"), Cause.UNKNOWN, False, 0) is Severity.INFO
    assert assess(said("denied", "staging"), Cause.UNKNOWN, False, 0) is Severity.WARNING
    assert assess(said("x", "dev"), Cause.UNKNOWN, False, 25 * HOUR) is Severity.INFO
