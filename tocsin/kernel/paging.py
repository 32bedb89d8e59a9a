"""Pages: by number, or by a cursor the caller hands back."""

import base64
import binascii
from typing import Annotated, Final, TypeVar

import msgspec

from tocsin.kernel.errors import InvalidParameter

T = TypeVar("T")

DEPTH_MAX: Final = 10_000
TOTAL_MAX: Final = 1_000


_Value = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | str
"""What a database of ours can compare with."""


class Window(msgspec.Struct, frozen=True):
    offset: int
    limit: int


def window(p: int, limit: int, default: int = 20, maximum: int = 100) -> Window:
    """Rows to skip and to take for page `p` (from 1); zero and negative values mean the default.

    Raises InvalidParameter for a limit over `maximum` or a page that ends behind row 10,000.
    """
    page = p if p > 0 else 1
    count = limit if limit > 0 else default
    if count > maximum:
        raise InvalidParameter(
            "{field} must be at most {maximum}, not {value}",
            field="limit",
            maximum=maximum,
            value=limit,
        )
    if page * count > DEPTH_MAX:
        raise InvalidParameter(
            "p × limit must be at most {maximum}; narrow the filters or page with the cursor",
            maximum=DEPTH_MAX,
        )
    return Window((page - 1) * count, count)


def encode_cursor(*values: int | str) -> str:
    """An opaque cursor from the sort values of the last row."""
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).decode()


def decode_cursor(cursor: str, shape: type[T]) -> T:
    """The sort values of a cursor; InvalidParameter for one this server did not make."""
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=list[_Value])
        return msgspec.convert(values, shape)
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        raise InvalidParameter(
            "search_after_ctx is not a cursor of this list; leave it out to start anew"
        ) from None
