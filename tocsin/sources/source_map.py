"""Source maps (ECMA-426) as an index that answers in microseconds."""

from functools import lru_cache
from typing import Final

from symbolic.exceptions import SymbolicError
from symbolic.sourcemapcache import SourceMapCache, SourceMapCacheToken

from tocsin.domain.retracing import Origin
from tocsin.sources.source import clean, word

REMEMBERED_MAX: Final = 4_096
CONTEXT_LINES: Final = 5
CONTEXT_LENGTH_MAX: Final = 512
NAME_LENGTH_MAX: Final = 512
_NAMELESS: Final = frozenset({"<unknown>", "<anonymous>", "anonymous"})


class BrokenMap(Exception):
    """The file is no source map; the text says why."""


class SourceMap:
    """The map of one minified file. Safe to ask from several threads."""

    def __init__(self, minified: bytes, source_map: bytes) -> None:
        """Raises BrokenMap. Without the minified file functions have no names."""
        try:
            self._index = SourceMapCache.from_bytes(minified, source_map)
        except SymbolicError as error:
            raise BrokenMap(word(str(error), 200)) from None

    def origin(self, line: int, column: int, near: int = CONTEXT_LINES) -> Origin | None:
        """Where what stands at this place (1-based) was written, with `near` lines before and
        after it; None where the map is silent."""
        return _origin(self, line, column, near) if line > 0 and column > 0 else None

    def look_up(self, line: int, column: int, near: int) -> Origin | None:
        """What `origin` says, looked up anew."""
        found = self._index.lookup(line, column, near)
        if found is None or not found.src or not found.line:
            return None
        return Origin(
            function=_function(found),
            source=clean(word(found.src)),
            line=found.line,
            column=found.col,
            context_line=_line(found.context_line or ""),
            pre_context=tuple(_line(each) for each in found.pre_context),
            post_context=tuple(_line(each) for each in found.post_context),
        )


@lru_cache(REMEMBERED_MAX)
def _origin(index: SourceMap, line: int, column: int, near: int) -> Origin | None:
    # Errors come again and again.
    return index.look_up(line, column, near)


def _function(found: SourceMapCacheToken) -> str:
    name = word(found.function_name or "", NAME_LENGTH_MAX)
    return "" if name in _NAMELESS else clean(name)


def _line(text: str) -> str:
    return clean(word(text.rstrip("\r\n"), CONTEXT_LENGTH_MAX))
