"""Which endpoint of a dialect a path leads to."""

from collections.abc import Iterable
from typing import Protocol, TypeVar
from urllib.parse import unquote

from tocsin.kernel.errors import MethodNotAllowed


class Way(Protocol):
    """An endpoint: `path` has the names of its variable parts in braces."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...


E = TypeVar("E", bound=Way)


def find(
    endpoints: Iterable[E], method: str, path: str, raw_path: str
) -> tuple[E, dict[str, str]] | None:
    """The first endpoint that fits a path as it was sent, and what stands in its variable parts.

    None for a path that leads nowhere, MethodNotAllowed, which names `raw_path`, for one that
    takes other methods only.
    """
    methods = []
    for endpoint in endpoints:
        names = match(endpoint.path, path)
        if names is None:
            continue
        if endpoint.method == method:
            return endpoint, names
        methods.append(endpoint.method)
    if methods:
        raise MethodNotAllowed(
            "{path} is called with {expected}, not {found}",
            path=raw_path,
            expected=" or ".join(methods),
            found=method,
        )
    return None


def match(pattern: str, path: str) -> dict[str, str] | None:
    """What stands in the variable parts of a path, None for another path."""
    expected, given = pattern.split("/"), path.rstrip("/").split("/")
    if len(expected) != len(given):
        return None
    names = {}
    for part, value in zip(expected, given, strict=True):
        if part.startswith("{") and value:
            names[part.strip("{}")] = unquote(value).replace("\0", "")
        elif part != value:
            return None
    return names
