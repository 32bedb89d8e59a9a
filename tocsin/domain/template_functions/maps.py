"""Functions about maps. Only maps that a template made itself can be changed."""

from collections.abc import Mapping
from typing import Final

from tocsin.domain.go_template import printing
from tocsin.domain.go_template.failure import FunctionError
from tocsin.domain.go_template.functions import Library
from tocsin.domain.go_template.values import is_list, truth, type_name

MAPS: Final = Library()


class Made(dict[str, object]):
    """A map that a template made."""


@MAPS.add("dict", '{{dict "host" "web-1" "load" 3}}', "map[host:web-1 load:3]")
def make(*pairs: object) -> Made:
    """A map of keys and values that follow each other."""
    keys = map(printing.shown, pairs[::2])
    values = [*pairs[1::2], ""] if len(pairs) % 2 else pairs[1::2]
    return Made(zip(keys, values, strict=True))


@MAPS.add("get", '{{get (dict "a" 1) "a"}}', "1", light=True)
def get(of: Mapping[str, object], key: str) -> object:
    """The value under a key, empty text where there is none."""
    return of.get(key, "")


@MAPS.add("set", '{{set (dict "a" 1) "b" 2}}', "map[a:1 b:2]")
def set_(of: Mapping[str, object], key: str, value: object) -> Made:
    """The map, in which the key now has that value."""
    changed = _changeable(of)
    changed[key] = value
    return changed


@MAPS.add("unset", '{{unset (dict "a" 1 "b" 2) "a"}}', "map[b:2]")
def unset(of: Mapping[str, object], key: str) -> Made:
    """The map, which no longer has that key."""
    changed = _changeable(of)
    changed.pop(key, None)
    return changed


def _changeable(of: Mapping[str, object]) -> Made:
    if isinstance(of, Made):
        return of
    raise FunctionError("can only change a map made by dict or deepCopy")


@MAPS.add("hasKey", '{{hasKey (dict "a" 1) "a"}}', "true", light=True)
def has_key(of: Mapping[str, object], key: str) -> bool:
    """Whether the map has that key."""
    return key in of


@MAPS.add("keys", '{{keys (dict "b" 1 "a" 2)}}', "[a b]")
def keys(*maps: Mapping[str, object]) -> list[str]:
    """The keys of maps, in order."""
    return [key for each in maps for key in sorted(each)]


@MAPS.add("values", '{{values (dict "b" 1 "a" 2)}}', "[2 1]")
def values(of: Mapping[str, object]) -> list[object]:
    """The values of a map, in the order of their keys."""
    return [of[key] for key in sorted(of)]


@MAPS.add("pluck", '{{pluck "a" (dict "a" 1) (dict "a" 2)}}', "[1 2]")
def pluck(key: str, *maps: Mapping[str, object]) -> list[object]:
    """The values that maps have under one key."""
    return [each[key] for each in maps if key in each]


@MAPS.add("pick", '{{pick (dict "a" 1 "b" 2) "a"}}', "map[a:1]")
def pick(of: Mapping[str, object], *wanted: str) -> Made:
    """The map with these keys only."""
    return Made({key: of[key] for key in wanted if key in of})


@MAPS.add("omit", '{{omit (dict "a" 1 "b" 2) "a"}}', "map[b:2]")
def omit(of: Mapping[str, object], *unwanted: str) -> Made:
    """The map without these keys."""
    return Made({key: value for key, value in of.items() if key not in unwanted})


@MAPS.add("merge mustMerge", '{{merge (dict "a" 1) (dict "a" 2 "b" 3)}}', "map[a:1 b:3]")
def merge(of: Mapping[str, object], *others: Mapping[str, object]) -> Made:
    """The first map with what only the others have."""
    merged = of if isinstance(of, Made) else Made(of)
    for other in others:
        _merge(merged, other, overwrites=False)
    return merged


@MAPS.add(
    "mergeOverwrite mustMergeOverwrite",
    '{{mergeOverwrite (dict "a" 1) (dict "a" 2 "b" 3)}}',
    "map[a:2 b:3]",
)
def merge_overwrite(of: Mapping[str, object], *others: Mapping[str, object]) -> Made:
    """The first map with what the others have, theirs before its own."""
    merged = of if isinstance(of, Made) else Made(of)
    for other in others:
        _merge(merged, other, overwrites=True)
    return merged


def _merge(into: Made, other: Mapping[str, object], *, overwrites: bool) -> None:
    for key, value in other.items():
        known = into.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            inner = Made(known)
            _merge(inner, value, overwrites=overwrites)
            into[key] = inner
        elif truth(value) if overwrites else not truth(known):
            into[key] = value


@MAPS.add("dig", '{{dig "host" "name" "unknown" (dict "host" (dict "name" "a"))}}', "a", light=True)
def dig(*path: object) -> object:
    """The value under keys one below the other in the last argument, else the one before it."""
    if len(path) < 3:
        raise FunctionError("wants keys, a default and a map")
    *names, otherwise, value = path
    for name in names:
        if not isinstance(value, Mapping):
            raise FunctionError(f"wants a map, not {type_name(value)}")
        if not isinstance(name, str) or name not in value:
            return otherwise
        value = value[name]
    return value


@MAPS.add("deepCopy mustDeepCopy", '{{set (deepCopy (dict "a" 1)) "a" 2}}', "map[a:2]")
def deep_copy(value: object) -> object:
    """The value, of which every part can be changed alone."""
    if isinstance(value, Mapping):
        return Made({key: deep_copy(each) for key, each in value.items()})
    return list(map(deep_copy, value)) if is_list(value) else value
