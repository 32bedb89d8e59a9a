import pytest

from tocsin.domain.error_event import Door, ErrorEvent, Thrown
from tocsin.domain.issue_cause import Cause, suspect


def thrown(kind: str, value: str, status: int = 0) -> ErrorEvent:
    chain = (Thrown(type=kind, value=value),)
    return ErrorEvent("e", Door.RUM, 1, 1, exceptions=chain, resource_status=status)


@pytest.mark.parametrize(
    ("kind", "message", "status", "cause"),
    [
        (
            "SyntaxError",
            "Unexpected token '<' ... is not valid JSON",
            500,
            Cause.CODE_INVALID_ARGUMENT,
        ),
        ("TypeError", "x", 404, Cause.API_FAILED_REQUEST),
        ("NetworkError", "x", 0, Cause.NETWORK_ERROR),
        ("AbortError", "x", 0, Cause.NETWORK_ERROR),
        ("ReferenceError", "x is not defined", 0, Cause.CODE_EXCEPTION),
        ("RangeError", "too deep", 0, Cause.CODE_EXCEPTION),
        (
            "TypeError",
            "Cannot read properties of undefined (reading 'a')",
            0,
            Cause.CODE_INVALID_OBJECT_ACCESS,
        ),
        ("TypeError", "null is not an object", 0, Cause.CODE_INVALID_OBJECT_ACCESS),
        (
            "AttributeError",
            "'NoneType' object has no attribute 'x'",
            0,
            Cause.CODE_INVALID_OBJECT_ACCESS,
        ),
        ("Error", "Invalid argument: size", 0, Cause.CODE_INVALID_ARGUMENT),
        ("Error", "API ERROR: 17", 0, Cause.API_FAILED_REQUEST),
        ("Error", "connection reset", 0, Cause.NETWORK_ERROR),
        ("Error", "request timed out", 0, Cause.NETWORK_ERROR),
        ("Error", "boom", 0, Cause.UNKNOWN),
        ("TypeError", "boom", 0, Cause.UNKNOWN),
    ],
)
def test_the_first_rule_that_applies_decides(
    kind: str, message: str, status: int, cause: Cause
) -> None:
    suspicion = suspect(thrown(kind, message, status))
    assert suspicion.cause is cause
    assert suspicion.reason
