"""What an endpoint of the TrueWatch API is, and how its lists are laid out."""

from collections.abc import Callable
from typing import Annotated, Any

from msgspec import Meta, Struct

from tocsin.dialects.truewatch_wire import wire_name
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind
from tocsin.kernel.paging import Window

PageIndex = Annotated[int, Meta(ge=1, le=10_000)]
PageSize = Annotated[int, Meta(ge=1, le=100)]


class Endpoint(Struct, frozen=True):
    """`path` has the names of its variable parts in braces; `run` is given their values, and a
    transaction, or the database where its kind is to open its own.

    Calls of one with an `audit_name` leave a row in the audit log under that name.
    """

    method: str
    path: str
    kind: Kind
    request: Any
    run: Callable[[Any, Caller, dict[str, str], Any], Any]
    audit_name: str = ""
    is_dangerous: bool = False

    @property
    def summary(self) -> str:
        return (self.run.__doc__ or "").strip().partition("\n")[0].removesuffix(".")


class PageInfo(Struct, frozen=True, rename=wire_name):
    count: int
    page_index: int
    page_size: int
    total_count: int


class Page(Struct, frozen=True, rename=wire_name):
    """A list with its place in the whole, which the envelope repeats at its top."""

    data: list[Any]
    page_info: PageInfo


def window(page_index: int, page_size: int) -> Window:
    return Window((page_index - 1) * page_size, page_size)


def page(rows: list[Any], page_index: int, page_size: int, total: int) -> Page:
    return Page(rows, PageInfo(len(rows), page_index, page_size, total))
