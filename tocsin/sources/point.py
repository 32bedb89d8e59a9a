"""Points as DataKit's family writes them: line protocol, protobuf, JSON, or JSON in protobuf's
names."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin.sources import point_protobuf
from tocsin.sources.source import (
    TooLarge,
    Unreadable,
    clean,
    listing,
    mapping,
    parse_json,
    word,
)

LINES_BYTES_MAX: Final = 4 * 1024 * 1024
JSON_BYTES_MAX: Final = 2 * 1024 * 1024
POINTS_MAX: Final = 5_000
PARTS_MAX: Final = 1_280
"""Tags and fields of a point together: 256 and 1,024 are what the protocol admits."""
_KEY: Final = re.compile(r"(?:[^,= \n\\]++|\\.)++")
_NAME: Final = re.compile(r"(?:[^, \n\\]++|\\.)++")
_STRING: Final = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(b?)', re.DOTALL)
_PLAIN: Final = re.compile(r"[^, \n]+")
_ARRAY: Final = re.compile(r"\[[^\]\n]*\]")
_TIME: Final = re.compile(r" +(-?\d{1,19})[ \r]*(?=\n|$)")
_END: Final = re.compile(r"[ \r]*(?=\n|$)")
_ESCAPED: Final = re.compile(r"\\([,= \\\"])")
_UNITS_MS: Final = {"n": 1e-6, "u": 1e-3, "ms": 1, "s": 1e3, "m": 6e4, "h": 3.6e6}
_GUESSES: Final = ((1e11, 1e3), (1e14, 1), (1e17, 1e-3))


class Form(StrEnum):
    """How points are written."""

    LINES = "lines"
    JSON = "json"
    PROTOBUF = "protobuf"

    @property
    def bytes_max(self) -> int:
        return JSON_BYTES_MAX if self is Form.JSON else LINES_BYTES_MAX


class Point(Struct, frozen=True):
    """A measurement with its tags and fields as one, dots in their names as underscores;
    `at` in ms, 0 where none is said."""

    name: str
    values: dict[str, Any]
    at: int


def check(body: bytes, form: Form, precision: str) -> None:
    """Raise Unreadable for an expanded body nothing can be made of: no JSON, or a first line or
    point that is none of the protocol."""
    if form is Form.JSON:
        try:
            msgspec.json.decode(body, type=msgspec.Raw)
        except (ValueError, RecursionError) as error:
            raise Unreadable("the body is not JSON") from error
        if body.lstrip()[:1] not in (b"[", b"{"):
            raise Unreadable("the body is no array of points")
        return
    first = next(points(body, form, precision), None)
    if isinstance(first, Unreadable):
        raise first


def points(body: bytes, form: Form, precision: str) -> Iterator[Point | Unreadable]:
    """All points of an expanded body; where one is damaged, why. Raises Unreadable where none can
    be found and TooLarge past POINTS_MAX."""
    read = _READERS[form](body, precision)
    for number, one in enumerate(read):
        if number == POINTS_MAX:
            raise TooLarge(f"a request may hold {POINTS_MAX} points, the rest is left")
        yield one


def _of_json(body: bytes, precision: str) -> Iterator[Point | Unreadable]:
    whole = parse_json(body)
    for one in map(
        mapping, listing(mapping(whole).get("arr") if isinstance(whole, dict) else whole)
    ):
        fields = one.get("fields")
        values = _of_pbjson(fields) if isinstance(fields, list) else mapping(fields)
        named = {**values, **mapping(one.get("tags"))}
        name = word(one.get("measurement")) or word(one.get("name"))
        yield Point(name, _named(named), _ms(one.get("time"), precision))


def _of_protobuf(body: bytes, precision: str) -> Iterator[Point | Unreadable]:
    for name, values, at in point_protobuf.points(body):
        yield Point(name, _named(values), _ms(at, precision))


def _of_pbjson(fields: list[Any]) -> dict[str, Any]:
    """Fields of protobuf's JSON: a key, and the value under the letter of its type."""
    found: dict[str, Any] = {}
    for field in map(mapping, fields[:PARTS_MAX]):
        key = word(field.get("key"), 256)
        for letter in "iufbs":
            if letter in field:
                found[key] = field[letter]
        if isinstance(field.get("d"), str):
            try:
                found[key] = clean(base64.b64decode(field["d"]).decode("utf-8", "replace"))
            except (ValueError, binascii.Error):
                found[key] = field["d"]
    return found


def _of_lines(body: bytes, precision: str) -> Iterator[Point | Unreadable]:
    text = clean(body.decode("utf-8", "replace"))
    at = 0
    while at < len(text):
        if text[at] in " \r\n\t":
            at += 1
            continue
        if text[at] == "#":
            at = _next_line(text, at)
            continue
        try:
            point, at = _line(text, at, precision)
        except Unreadable as error:
            at = _next_line(text, at)
            yield error
        else:
            yield point


_READERS: Final[dict[Form, Callable[[bytes, str], Iterator[Point | Unreadable]]]] = {
    Form.LINES: _of_lines,
    Form.JSON: _of_json,
    Form.PROTOBUF: _of_protobuf,
}


def _next_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _line(text: str, at: int, precision: str) -> tuple[Point, int]:
    name, at = _take(_NAME, text, at, "a measurement")
    values: dict[str, Any] = {}
    while text[at : at + 1] == ",":
        key, value, at = _pair(text, at + 1, values)
        values[key] = _ESCAPED.sub(r"\1", value) if isinstance(value, str) else value
    while text[at : at + 1] == " ":
        at += 1
    fields, at = _fields(text, at, values)
    time = _TIME.match(text, at)
    end = time or _END.match(text, at)
    if end is None:
        raise Unreadable("a line goes on after its fields")
    said = _ms(int(time[1]), precision) if time else 0
    return Point(_ESCAPED.sub(r"\1", name), _named({**fields, **values}), said), end.end()


def _fields(text: str, at: int, tags: dict[str, Any]) -> tuple[dict[str, Any], int]:
    values: dict[str, Any] = {}
    while True:
        key, at = _key(text, at)
        if len(values) + len(tags) >= PARTS_MAX:
            raise Unreadable(f"a point has more than {PARTS_MAX} tags and fields")
        values[key], at = _value(text, at)
        if text[at : at + 1] != ",":
            return values, at
        at += 1


def _pair(text: str, at: int, known: dict[str, Any]) -> tuple[str, Any, int]:
    if len(known) >= PARTS_MAX:
        raise Unreadable(f"a point has more than {PARTS_MAX} tags and fields")
    key, at = _key(text, at)
    value, at = _take(_KEY, text, at, f"the tag {key[:64]}")
    return key, value, at


def _key(text: str, at: int) -> tuple[str, int]:
    key, at = _take(_KEY, text, at, "a name")
    if text[at : at + 1] != "=":
        raise Unreadable(f"the name {key[:64]} has no value")
    return _ESCAPED.sub(r"\1", key)[:256], at + 1


def _value(text: str, at: int) -> tuple[Any, int]:
    if found := _STRING.match(text, at):
        return _ESCAPED.sub(r"\1", found[1]), found.end()
    if found := _ARRAY.match(text, at):
        return found[0], found.end()
    plain, at = _take(_PLAIN, text, at, "a field's value")
    plain = plain.strip()
    if plain in ("t", "T", "true", "True", "TRUE"):
        return True, at
    if plain in ("f", "F", "false", "False", "FALSE"):
        return False, at
    try:
        if plain[-1:] not in ("i", "u"):
            return float(plain), at
        number = int(plain[:-1][:20])
        return (number if abs(number) < 2**63 else float(number)), at
    except ValueError as error:
        raise Unreadable(f"{plain[:64]} is no value of a field; texts stand in quotes") from error


def _take(pattern: re.Pattern[str], text: str, at: int, what: str) -> tuple[str, int]:
    found = pattern.match(text, at)
    if found is None:
        raise Unreadable(f"a line lacks {what}")
    return found[0], found.end()


def _named(values: dict[str, Any]) -> dict[str, Any]:
    return {name.replace(".", "_"): value for name, value in list(values.items())[:PARTS_MAX]}


def _ms(time: Any, precision: str) -> int:
    """An instant in ms; the unit is guessed from its size where none is said."""
    if isinstance(time, str) and time.isascii() and time.isdigit() and len(time) < 20:
        time = int(time)
    if isinstance(time, bool) or not isinstance(time, int | float) or not 0 < time < 2**63:
        return 0
    unit = _UNITS_MS.get(precision)
    if unit is None:
        unit = next((unit for limit, unit in _GUESSES if time < limit), 1e-6)
    return int(time * unit) if unit >= 1 else int(time) // round(1 / unit)
