"""The times of a silence as people send them."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.time_filter import TimeFilter
from tocsin.engine.silence import Times
from tocsin.kernel.errors import InvalidParameter

Windows = Annotated[
    tuple[TimeFilter, ...], Meta(description="Windows that come back; excludes `time_filter`.")
]


class OnceTimeFilter(Struct, frozen=True):
    """From one instant until another, in seconds; zeros are no time at all."""

    start_time: int
    end_time: int


def times(once: OnceTimeFilter | None, windows: tuple[TimeFilter, ...] | None) -> Times | None:
    """When a silence is to apply, None where nothing was said; InvalidParameter for both ways."""
    span = once if once and (once.start_time or once.end_time) else None
    if span and windows:
        raise InvalidParameter("time_filter and time_filters exclude each other; send one of them")
    if windows:
        return Times(windows=windows)
    return Times(span.start_time, span.end_time) if span else None
