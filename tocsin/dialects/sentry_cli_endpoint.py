"""What an endpoint of sentry-cli's API is."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest, InvalidParameter
from tocsin.kernel.operation import Kind
from tocsin.store.database import Tx

T = TypeVar("T")


class Call(Struct, frozen=True):
    """A call: what its path names in braces, and the bytes of its body."""

    names: dict[str, str]
    body: bytes

    def decoded(self, shape: type[T]) -> T:
        """The body as a `shape`; BadRequest or InvalidParameter."""
        if rb"\u0000" in self.body:
            raise InvalidParameter("{field} holds the character NUL; leave it out", field="body")
        try:
            return msgspec.json.decode(self.body or b"{}", type=shape)
        except msgspec.ValidationError as problem:
            raise InvalidParameter("the body is not valid: {reason}", reason=problem) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise BadRequest(
                "the body is not valid JSON: {reason}; send one UTF-8 JSON object", reason=problem
            ) from None


class Endpoint(Struct, frozen=True):
    """`path` comes after the prefix and has the names of its variable parts in braces. What `run`
    gives goes out as JSON, None as an empty body. Only what writes has an `audit_name`."""

    method: str
    path: str
    run: Callable[[Tx, Caller, Call], Any]
    audit_name: str = ""
    status: int = 200

    @property
    def is_dangerous(self) -> bool:
        return self.method == "DELETE"

    @property
    def kind(self) -> Kind:
        return Kind.WRITE if self.audit_name else Kind.READ

    @property
    def summary(self) -> str:
        return (self.run.__doc__ or "").strip().partition("\n")[0].removesuffix(".")
