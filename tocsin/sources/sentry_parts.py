"""The parts of a Sentry event that something is made of, decoded in one pass and without the rest.

Breadcrumbs, modules and the variables of every frame are most of what a client sends. Nearly every
event comes through here; one that strays from the plain form in any way is read whole instead, and
comes to the same.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Raw, Struct

from tocsin.sources.sentry_stack import EXCEPTIONS_MAX, PlainFrame, PlainThrown
from tocsin.sources.source import parse_object

_USED: Final[tuple[str, ...]] = (
    *("type", "event_id", "timestamp", "platform", "level", "release", "dist", "environment"),
    *("logentry", "message", "sentry.interfaces.Message", "tags", "stacktrace", "threads"),
    *("debug_meta", "fingerprint", "checksum", "contexts", "user", "request", "transaction"),
    *("logger", "sdk"),
)
_EXCEPTION: Final = "exception"
_NUL: Final = b"\\u0000"
_EMPTY: Final = PlainFrame()


class _Chain(Struct, frozen=True):
    values: Annotated[list[PlainThrown], Meta(max_length=EXCEPTIONS_MAX)]


_parts = msgspec.json.Decoder(dict[str, Raw]).decode
_chain = msgspec.json.Decoder(_Chain).decode
_decode = msgspec.json.decode


def parts(raw: bytes) -> dict[str, Any]:
    """What is used of an event's JSON by its name; `exception` may be a list of PlainThrown.
    Unreadable as `parse_object`."""
    if _NUL not in raw:
        try:
            found = _parts(raw)
            known = {name: _decode(found[name]) for name in _USED if name in found}
            if _EXCEPTION in found:
                known[_EXCEPTION] = _thrown(found[_EXCEPTION])
        except (ValueError, RecursionError):
            pass
        else:
            return known
    return parse_object(raw, "the event")


def _thrown(raw: Raw) -> Any:
    try:
        found = _chain(raw).values
    except ValueError:
        return _decode(raw)
    return found if all(_is_plain(one) for one in found) else _decode(raw)


def _is_plain(one: PlainThrown) -> bool:
    """Whether there are frames, and something in each."""
    stack = one.stacktrace
    return stack is not None and bool(stack.frames) and _EMPTY not in stack.frames
