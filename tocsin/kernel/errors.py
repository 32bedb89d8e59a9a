"""The failures an operation may answer with; each class is one `error.code` of the envelope.

A failure is an English template and its parameters, so that the edge can word it in the
caller's language. Values are cut, and a parameter with a secret's name is hidden.
"""

from typing import ClassVar

from msgspec import Struct

from tocsin.kernel.locale import translate
from tocsin.kernel.text import HIDDEN, VALUE_LENGTH_MAX, cut, is_secret


class Ref(Struct, frozen=True):
    """Something that still refers to what was to be deleted."""

    kind: str
    name: str
    href: str = ""


class Failure(Exception):
    """Rolls the transaction back and becomes the error envelope."""

    code: ClassVar[str] = "InternalError"
    status: ClassVar[int] = 500

    def __init__(self, template: str, **parameters: object) -> None:
        super().__init__(template)
        self.template = template
        self.parameters = {
            name: HIDDEN if is_secret(name) else cut(str(value), VALUE_LENGTH_MAX)
            for name, value in parameters.items()
        }

    def message(self, language: str = "en") -> str:
        """The sentence for people, in `en` or `zh`."""
        return translate(self.template, language).format(**self.parameters)

    def __str__(self) -> str:
        return self.message()


class InvalidParameter(Failure):
    """A parameter is missing or refused."""

    code, status = "InvalidParameter", 400


class BadRequest(Failure):
    """The request cannot be understood, or does not fit the state things are in."""

    code, status = "BadRequest", 400


class InvalidContentType(Failure):
    """The body is not declared as JSON."""

    code, status = "InvalidContentType", 400


class ResourceNotFound(Failure):
    """The thing named does not exist; 400, as clients of the Open API expect."""

    code, status = "ResourceNotFound", 400


class ReferenceExist(Failure):
    """Something still refers to it; `refs` says what."""

    code, status = "ReferenceExist", 400

    def __init__(self, template: str, refs: list[Ref], **parameters: object) -> None:
        super().__init__(template, **parameters)
        self.refs = refs


class MethodNotAllowed(Failure):
    """The path exists, the method does not; 400, as the published guides say."""

    code, status = "MethodNotAllowed", 400


class Unauthorized(Failure):
    """The key is absent, wrong, disabled or expired."""

    code, status = "Unauthorized", 401


class AccessDenied(Failure):
    """The key is good and lacks the right."""

    code, status = "AccessDenied", 403


class RouteNotFound(Failure):
    """No such path."""

    code, status = "RouteNotFound", 404


class EntityTooLarge(Failure):
    """The body is over the limit."""

    code, status = "EntityTooLarge", 413


class RequestLocked(Failure):
    """Locked for a while, after failures in a row."""

    code, status = "RequestLocked", 423


class RequestVerifyRequired(Failure):
    """One more proof or step is needed before this may go on."""

    code, status = "RequestVerifyRequired", 428


class SecondFactorRequired(Failure):
    """The password was right; a code must come with it."""

    code, status = "SecondFactorRequired", 428


class TooFrequent(Failure):
    """A rate limit is used up; `retry_after` is in whole seconds."""

    code, status = "RequestTooFrequently", 429

    def __init__(self, template: str, retry_after: int, **parameters: object) -> None:
        super().__init__(template, retry_after=retry_after, **parameters)
        self.retry_after = retry_after


class Unavailable(Failure):
    """Something this server depends on is down, or it is full."""

    code, status = "ServiceUnavailable", 503


class InternalError(Failure):
    """A fault of this server; the request id leads to its log line."""

    code, status = "InternalError", 500
