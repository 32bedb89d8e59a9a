"""The values that an enumeration somewhere inside a request may have, for whoever sent another."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import inspect


def choices(shape: Any, path: Sequence[str | None]) -> list[str]:
    """The values allowed at `path` inside `shape`; a step is a member's name, None an element."""
    found: Iterable[inspect.Type] = [inspect.type_info(shape)]
    for step in path:
        found = [inner for outer in found for inner in _inside(outer, step)]
    return [str(value) for each in found for value in _values(each)]


def _inside(outer: inspect.Type, step: str | None) -> Iterator[inspect.Type]:
    match outer:
        case inspect.Metadata():
            yield from _inside(outer.type, step)
        case inspect.UnionType():
            for each in outer.types:
                yield from _inside(each, step)
        case inspect.StructType():
            yield from (each.type for each in outer.fields if each.encode_name == step)
        case inspect.ListType() | inspect.VarTupleType() if step is None:
            yield outer.item_type
        case inspect.DictType() if step is not None:
            yield outer.value_type


def _values(found: inspect.Type) -> Iterator[Any]:
    match found:
        case inspect.Metadata():
            yield from _values(found.type)
        case inspect.UnionType():
            for each in found.types:
                yield from _values(each)
        case inspect.EnumType():
            yield from (each.value for each in found.cls)
        case inspect.LiteralType():
            yield from found.values
