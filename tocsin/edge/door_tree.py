"""Which door a path leads to: a tree of path segments, so that many doors cost no more than few."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tocsin.sources.door import Door


class Found(NamedTuple):
    """A door, and what its path names in braces."""

    door: Door
    segments: dict[str, str]


class DoorTree:
    """Literal segments win over named ones; a slash at the end makes no difference."""

    def __init__(self, doors: Iterable[Door]) -> None:
        self._root = _Node()
        for door in doors:
            self._root.grow(_parts(door.path), door)

    def find(self, path: str, decode: Callable[[str], str] = str) -> Found | None:
        """The door of a path; `decode` is what makes a segment of what stands between slashes."""
        return self._root.find([decode(part) for part in _parts(path)], [])

    def __contains__(self, path: str) -> bool:
        return self.find(path) is not None


class _Node:
    __slots__ = ("children", "door", "named", "names")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.named: _Node | None = None
        self.door: Door | None = None
        self.names: list[str] = []

    def grow(self, parts: list[str], door: Door) -> None:
        node = self
        for part in parts:
            if part.startswith("{"):
                node.named = node.named or _Node()
                node = node.named
            else:
                node = node.children.setdefault(part, _Node())
        if node.door is not None:
            raise ValueError(f"two doors have the path {door.path}")
        node.door = door
        node.names = [part[1:-1] for part in parts if part.startswith("{")]

    def find(self, parts: list[str], taken: list[str]) -> Found | None:
        if not parts:
            return (
                Found(self.door, dict(zip(self.names, taken, strict=True))) if self.door else None
            )
        child = self.children.get(parts[0])
        found = child.find(parts[1:], taken) if child else None
        if found is None and self.named is not None and parts[0]:
            return self.named.find(parts[1:], [*taken, parts[0]])
        return found


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")
