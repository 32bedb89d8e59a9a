"""The query language of the RUM explorers, read into a tree.

Terms stand side by side and all must hold; `OR` gives alternatives, parentheses group, `-`
negates. A term is `field:value`, `field:>5`, `field:>=1.5min`, `field:[2 TO 8]`,
`field:(a OR b)` or a bare word. `*` matches anything, quotes and `\\` take signs literally.
"""

from dataclasses import dataclass
from typing import Final

import re2

from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import DAY, HOUR, MINUTE, SECOND

LENGTH_MAX: Final = 4096
TERMS_MAX: Final = 100
DEPTH_MAX: Final = 10
ANY: Final = "*"

_UNITS: Final = {"ms": 1, "s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY}
_NUMBER = re2.compile(r"(-?\d+(?:\.\d+)?)(ms|s|min|h|d)?")
_COMPARISON = re2.compile(r"(>=|<=|>|<)(-?\d+(?:\.\d+)?)(ms|s|min|h|d)?")
_STOPS: Final = frozenset(' \t\r\n()":')


@dataclass(frozen=True)
class Quantity:
    """A number; in ms where it was written with a unit."""

    value: float
    has_unit: bool


@dataclass(frozen=True)
class Match:
    """`field` (or, where it is "", the whole text) reads as these pieces with anything between.

    One piece must match exactly; `["a", ""]` is what `a*` means.
    """

    field: str
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Range:
    """`field` lies within bounds; None is open."""

    field: str
    least: Quantity | None
    most: Quantity | None
    is_strict: bool


@dataclass(frozen=True)
class Not:
    node: "Node"


@dataclass(frozen=True)
class All:
    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Either:
    nodes: tuple["Node", ...]


Node = Match | Range | Not | All | Either


def parse(text: str) -> Node:
    """The tree of a query; InvalidParameter says what cannot be read."""
    if len(text) > LENGTH_MAX:
        raise InvalidParameter(
            "{field} must be at most {maximum} characters", field="dql", maximum=LENGTH_MAX
        )
    reader = _Reader(text)
    node = reader.alternatives("", 0)
    reader.expect_end()
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._terms = 0

    def alternatives(self, field: str, depth: int) -> Node:
        """`a b OR c`; inside `field:( … )` bare words are values of that field."""
        if depth > DEPTH_MAX:
            raise InvalidParameter(
                "dql: parentheses nest too deeply (character {place})", place=self._at + 1
            )
        groups: list[list[Node]] = [[]]
        while (sign := self._peek()) and sign != ")":
            if self._take_or():
                groups.append([])
            else:
                groups[-1].append(self._term(field, depth))
        if len(groups) > 1 and not all(groups):
            raise InvalidParameter(
                "dql: OR needs a term on each side (character {place})", place=self._at + 1
            )
        choices = tuple(All(tuple(group)) for group in groups)
        return choices[0] if len(choices) == 1 else Either(choices)

    def expect_end(self) -> None:
        if self._peek():
            raise InvalidParameter(
                "dql: a closing parenthesis has no partner (character {place})", place=self._at + 1
            )

    def _term(self, field: str, depth: int) -> Node:
        self._terms += 1
        if self._terms > TERMS_MAX:
            raise InvalidParameter(
                "dql: there are too many terms (character {place})", place=self._at + 1
            )
        if self._text[self._at] == "-":
            self._at += 1
            if not self._peek() or self._text[self._at] == ")":
                raise InvalidParameter(
                    "dql: - needs a term behind it (character {place})", place=self._at + 1
                )
            return Not(self._term(field, depth))
        if self._text[self._at] == "(":
            return self._group(field, depth)
        start = self._at
        pieces = self._word()
        if self._at < len(self._text) and self._text[self._at] == ":":
            self._at += 1
            name = ANY.join(pieces)
            if field or not name:
                raise InvalidParameter(
                    "dql: a value cannot have a field of its own (character {place})",
                    place=start + 1,
                )
            return self._value(name, depth)
        return Match(field, pieces)

    def _value(self, field: str, depth: int) -> Node:
        rest = self._text[self._at : self._at + 1]
        if rest == "(":
            return self._group(field, depth)
        if rest == "[":
            return self._between(field)
        if rest in (">", "<"):
            return self._comparison(field)
        if rest in ("", " ", ")"):
            raise InvalidParameter(
                "dql: a field needs a value (character {place})", place=self._at + 1
            )
        return Match(field, self._word())

    def _group(self, field: str, depth: int) -> Node:
        self._at += 1
        node = self.alternatives(field, depth + 1)
        if self._at >= len(self._text):
            raise InvalidParameter(
                "dql: a parenthesis is not closed (character {place})", place=self._at + 1
            )
        self._at += 1
        return node

    def _comparison(self, field: str) -> Node:
        start = self._at
        match = _COMPARISON.fullmatch(self._plain())
        if match is None:
            raise InvalidParameter(
                "dql: a comparison needs a number (character {place})", place=start + 1
            )
        sign, bound = match.group(1), _quantity(match.group(2), match.group(3))
        strict = len(sign) == 1
        if sign[0] == ">":
            return Range(field, bound, None, strict)
        return Range(field, None, bound, strict)

    def _between(self, field: str) -> Node:
        start = self._at
        end = self._text.find("]", start)
        words = self._text[start + 1 : end].split() if end > 0 else []
        bounds = [_NUMBER.fullmatch(word) for word in words[::2]]
        if len(words) != 3 or words[1] != "TO" or None in bounds:
            raise InvalidParameter(
                "dql: a range reads [2 TO 8] (character {place})", place=start + 1
            )
        self._at = end + 1
        least, most = (_quantity(bound.group(1), bound.group(2)) for bound in bounds)
        return Range(field, least, most, False)

    def _plain(self) -> str:
        start = self._at
        while self._at < len(self._text) and self._text[self._at] not in _STOPS:
            self._at += 1
        return self._text[start : self._at]

    def _word(self) -> tuple[str, ...]:
        """Up to the next stop, split at its wildcards; quoted and escaped signs are literal."""
        pieces, start = [""], self._at
        while self._at < len(self._text) and (sign := self._text[self._at]) not in " \t\r\n():":
            self._at += 1
            if sign == ANY:
                pieces.append("")
            elif sign == '"':
                pieces[-1] += self._quoted()
            elif sign == "\\" and self._at < len(self._text):
                pieces[-1] += self._text[self._at]
                self._at += 1
            else:
                pieces[-1] += sign
        if self._at == start:
            raise InvalidParameter(
                "dql: a sign stands where a term should (character {place})", place=start + 1
            )
        return tuple(pieces)

    def _quoted(self) -> str:
        quoted = ""
        while self._at < len(self._text):
            sign = self._text[self._at]
            self._at += 1
            if sign == '"':
                return quoted
            if sign == "\\" and self._at < len(self._text):
                sign = self._text[self._at]
                self._at += 1
            quoted += sign
        raise InvalidParameter("dql: a quote is not closed (character {place})", place=self._at + 1)

    def _peek(self) -> str:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._text[self._at : self._at + 1]

    def _take_or(self) -> bool:
        if self._text[self._at : self._at + 2] != "OR":
            return False
        behind = self._text[self._at + 2 : self._at + 3]
        if behind and not behind.isspace() and behind != "(":
            return False
        self._at += 2
        return True


def _quantity(number: str, unit: str | None) -> Quantity:
    return Quantity(float(number) * _UNITS.get(unit or "", 1), bool(unit))
