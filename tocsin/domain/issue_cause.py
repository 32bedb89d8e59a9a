"""What probably caused an error, read off its type, message and linked request."""

from enum import StrEnum

import re2
from msgspec import Struct

from tocsin.domain.error_event import ErrorEvent

TEXT_MAX = 2048


class CauseSource(StrEnum):
    """Who named the suspected cause."""

    AUTO = "auto"
    USER = "user"


class Cause(StrEnum):
    """The kinds of suspected cause."""

    API_FAILED_REQUEST = "api.failed_request"
    NETWORK_ERROR = "network.error"
    CODE_EXCEPTION = "code.exception"
    CODE_INVALID_OBJECT_ACCESS = "code.invalid_object_access"
    CODE_INVALID_ARGUMENT = "code.invalid_argument"
    UNKNOWN = "unknown"


class Suspicion(Struct, frozen=True):
    """A cause and the sentence that says why."""

    cause: Cause
    reason: str


_NOT_JSON = re2.compile(r"(?i)unexpected token.*is not valid json")
_NULL_ACCESS = re2.compile(
    r"(?i)cannot (?:read|set) propert|(?:undefined|null) is not an object"
    r"|(?:undefined|null) \(evaluating|'?NoneType'? object|is (?:undefined|null)$"
)
_ARGUMENT = re2.compile(r"(?i)invalid argument|unexpected token")
_API = re2.compile(r"API ERROR:|(?i:licen[cs]e)")
_NETWORK = re2.compile(
    r"(?i)time(?:d )?-?out|connection|\bdns\b|network|econn|enotfound|socket hang up|unreachable"
)
_NETWORK_TYPES = ("Network", "AbortError")
_CODE_TYPES = ("Syntax", "Reference", "Range", "URI", "Eval")
_ACCESS_TYPES = ("TypeError", "AttributeError", "NullPointer", "NullReference")


def suspect(event: ErrorEvent) -> Suspicion:
    """The first rule that applies, from the most telling to the least; else unknown."""
    outermost = event.exceptions[-1] if event.exceptions else None
    kind = outermost.type if outermost else ""
    message = ((outermost.value if outermost else "") or event.message)[:TEXT_MAX]
    return _by_request(event.resource_status, message) or (
        _by_type(kind, message) or _by_message(message) or _unknown()
    )


def _by_request(status: int, message: str) -> Suspicion | None:
    if _NOT_JSON.search(message):
        return Suspicion(Cause.CODE_INVALID_ARGUMENT, "The text it parsed is not JSON.")
    if 400 <= status <= 599:
        return Suspicion(Cause.API_FAILED_REQUEST, f"The linked request was answered {status}.")
    return None


def _by_type(kind: str, message: str) -> Suspicion | None:
    if any(word in kind for word in _NETWORK_TYPES):
        return Suspicion(Cause.NETWORK_ERROR, f"{kind[:80]} is thrown when a request fails.")
    if any(word in kind for word in _CODE_TYPES):
        return Suspicion(Cause.CODE_EXCEPTION, f"{kind[:80]} is thrown by the code itself.")
    if any(word in kind for word in _ACCESS_TYPES) and _NULL_ACCESS.search(message):
        reason = "The message tells of access to something that is not there."
        return Suspicion(Cause.CODE_INVALID_OBJECT_ACCESS, reason)
    return None


def _by_message(message: str) -> Suspicion | None:
    if _ARGUMENT.search(message):
        return Suspicion(Cause.CODE_INVALID_ARGUMENT, "The message speaks of an invalid argument.")
    if _API.search(message):
        return Suspicion(Cause.API_FAILED_REQUEST, "The message quotes an answer of an API.")
    if _NETWORK.search(message):
        return Suspicion(Cause.NETWORK_ERROR, "The message speaks of the network.")
    return None


def _unknown() -> Suspicion:
    return Suspicion(Cause.UNKNOWN, "No rule recognises the type or the message.")
