"""The part of SQL that questions about errors and sessions may be asked in, read into values.

    SELECT env, count(*) AS n FROM errors WHERE version IN ('1.0', '1.1') AND NOT is_crash = true
    GROUP BY env ORDER BY n DESC LIMIT 10

One table, no joins, no subqueries, no expressions: what is read is a list of columns and a tree of
conditions on fields, the same that the query language of the explorers is read into. Nothing of
the text itself ever reaches a database.
"""

from dataclasses import dataclass
from typing import Final

import re2

from tocsin.domain.dql import All, Either, Match, Node, Not, Quantity, Range
from tocsin.kernel.errors import InvalidParameter

LENGTH_MAX: Final = 4096
TERMS_MAX: Final = 100
DEPTH_MAX: Final = 10
COLUMNS_MAX: Final = 20
FUNCTIONS: Final = ("count", "sum", "avg", "min", "max")
ANYTHING: Final = "*"

_TOKEN = re2.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<text>'(?:[^']|'')*')"
    r'|(?P<quoted>"[^"]+"|`[^`]+`)|(?P<word>[@A-Za-z_][@A-Za-z0-9_.]*)'
    r"|(?P<sign><=|>=|<>|!=|[=<>(),*]))"
)
_KEYWORDS: Final = frozenset(
    [
        "select",
        "from",
        "where",
        "group",
        "by",
        "order",
        "limit",
        "offset",
        "and",
        "or",
        "not",
        "in",
        "like",
        "is",
        "null",
        "between",
        "as",
        "asc",
        "desc",
        "distinct",
        "true",
        "false",
    ]
)


@dataclass(frozen=True)
class Column:
    """A field, or a function of one; `field` is `*` for all rows. `name` is what it is called."""

    field: str
    name: str
    function: str = ""
    is_distinct: bool = False


@dataclass(frozen=True)
class Sort:
    """A column by its name, or a field."""

    name: str
    is_descending: bool


@dataclass(frozen=True)
class Select:
    """`columns` is empty for every field; `limit` 0 is not said."""

    table: str
    columns: tuple[Column, ...] = ()
    where: Node | None = None
    group_by: tuple[str, ...] = ()
    order_by: tuple[Sort, ...] = ()
    limit: int = 0
    offset: int = 0


@dataclass(frozen=True)
class _Token:
    kind: str
    value: str
    place: int


def parse(text: str) -> Select:
    """A whole SELECT; InvalidParameter says what cannot be read."""
    reader = _Reader(_tokens(text))
    found = reader.select()
    reader.expect_end()
    return found


def condition(text: str) -> Node | None:
    """What may stand behind WHERE, or the condition of a whole SELECT; None where it has none."""
    tokens = _tokens(text)
    if tokens[0].kind == "keyword" and tokens[0].value == "select":
        return parse(text).where
    reader = _Reader(tokens)
    found = reader.either(0)
    reader.expect_end()
    return found


def _tokens(text: str) -> list[_Token]:
    if len(text) > LENGTH_MAX:
        raise InvalidParameter(
            "{field} must be at most {maximum} characters", field="sql", maximum=LENGTH_MAX
        )
    found, at, end = [], 0, len(text.rstrip().removesuffix(";").rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.end() > end:
            raise InvalidParameter("sql: character {place} starts nothing known", place=at + 1)
        kind = str(match.lastgroup)
        value = str(match.group(kind))
        found.append(_token(kind, value, match.end() - len(value) + 1))
        at = match.end()
    return [*found, _Token("end", "", end + 1)]


def _token(kind: str, value: str, place: int) -> _Token:
    if kind == "text":
        return _Token(kind, value[1:-1].replace("''", "'"), place)
    if kind == "quoted":
        return _Token("word", value[1:-1], place)
    if kind == "word" and value.lower() in _KEYWORDS:
        return _Token("keyword", value.lower(), place)
    return _Token(kind, value, place)


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._terms = 0

    def select(self) -> Select:
        self._keyword("select")
        columns = () if self._take("sign", "*") else self._columns()
        self._keyword("from")
        table = self._word("a table").lower()
        where = self.either(0) if self._take("keyword", "where") else None
        group_by = self._group_by() if self._take("keyword", "group") else ()
        order_by = self._order_by() if self._take("keyword", "order") else ()
        limit = self._count() if self._take("keyword", "limit") else 0
        offset = self._count() if self._take("keyword", "offset") else 0
        return Select(table, columns, where, group_by, order_by, limit, offset)

    def expect_end(self) -> None:
        if self._now.kind != "end":
            raise self._unexpected("the end")

    def either(self, depth: int) -> Node:
        nodes = [self._all(depth)]
        while self._take("keyword", "or"):
            nodes.append(self._all(depth))
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))

    def _all(self, depth: int) -> Node:
        nodes = [self._term(depth)]
        while self._take("keyword", "and"):
            nodes.append(self._term(depth))
        return nodes[0] if len(nodes) == 1 else All(tuple(nodes))

    def _term(self, depth: int) -> Node:
        if depth > DEPTH_MAX:
            raise InvalidParameter(
                "sql: it nests too deeply (character {place})", place=self._now.place
            )
        self._terms += 1
        if self._terms > TERMS_MAX:
            raise InvalidParameter(
                "sql: there are too many terms (character {place})", place=self._now.place
            )
        if self._take("keyword", "not"):
            return Not(self._term(depth + 1))
        if self._take("sign", "("):
            inner = self.either(depth + 1)
            self._sign(")")
            return inner
        return self._comparison(self._word("a field"))

    def _comparison(self, field: str) -> Node:
        if self._take("keyword", "is"):
            is_not = self._take("keyword", "not")
            self._keyword("null")
            return _unless(is_not, Match(field, ("",)))
        is_not = self._take("keyword", "not")
        if self._take("keyword", "in"):
            return _unless(is_not, self._list(field))
        if self._take("keyword", "like"):
            return _unless(is_not, Match(field, tuple(self._text().split("%"))))
        if self._take("keyword", "between"):
            least = self._number()
            self._keyword("and")
            return _unless(is_not, Range(field, least, self._number(), is_strict=False))
        if is_not:
            raise self._unexpected("IN, LIKE or BETWEEN")
        return self._compared(field)

    def _compared(self, field: str) -> Node:
        sign = self._now.value if self._now.kind == "sign" else ""
        if sign in ("=", "!=", "<>"):
            self._at += 1
            return _unless(sign != "=", Match(field, (self._value(),)))
        if sign not in ("<", "<=", ">", ">="):
            raise self._unexpected("a comparison")
        self._at += 1
        bound, is_strict = self._number(), len(sign) == 1
        if sign[0] == "<":
            return Range(field, None, bound, is_strict)
        return Range(field, bound, None, is_strict)

    def _list(self, field: str) -> Node:
        self._sign("(")
        values = [self._value()]
        while self._take("sign", ","):
            values.append(self._value())
            self._terms += 1
        self._sign(")")
        if self._terms > TERMS_MAX:
            raise InvalidParameter(
                "sql: there are too many terms (character {place})", place=self._now.place
            )
        return Either(tuple(Match(field, (value,)) for value in values))

    def _columns(self) -> tuple[Column, ...]:
        found = [self._column()]
        while self._take("sign", ","):
            found.append(self._column())
        if len(found) > COLUMNS_MAX:
            raise InvalidParameter("sql: at most {maximum} columns", maximum=COLUMNS_MAX)
        return tuple(found)

    def _column(self) -> Column:
        name = self._word("a column")
        if not self._take("sign", "("):
            return Column(name, self._word("a name") if self._take("keyword", "as") else name)
        function = name.lower()
        if function not in FUNCTIONS:
            raise InvalidParameter(
                "sql: {name} is no function here; use one of {known}",
                name=name,
                known=", ".join(FUNCTIONS),
            )
        is_distinct = self._take("keyword", "distinct")
        is_all = function == "count" and not is_distinct and self._take("sign", ANYTHING)
        field = ANYTHING if is_all else self._word("a field")
        self._sign(")")
        if not self._take("keyword", "as"):
            raise InvalidParameter(
                "sql: {name} of something needs a name: {name}(…) AS total", name=function
            )
        return Column(field, self._word("a name"), function, is_distinct)

    def _group_by(self) -> tuple[str, ...]:
        self._keyword("by")
        found = [self._word("a field")]
        while self._take("sign", ","):
            found.append(self._word("a field"))
        return tuple(found)

    def _order_by(self) -> tuple[Sort, ...]:
        self._keyword("by")
        found = [self._sort()]
        while self._take("sign", ","):
            found.append(self._sort())
        return tuple(found)

    def _sort(self) -> Sort:
        name = self._word("a column")
        if self._take("keyword", "desc"):
            return Sort(name, is_descending=True)
        self._take("keyword", "asc")
        return Sort(name, is_descending=False)

    def _count(self) -> int:
        token = self._now
        if token.kind != "number" or not token.value.isdigit() or len(token.value) > 9:
            raise self._unexpected("a count")
        self._at += 1
        return int(token.value)

    def _number(self) -> Quantity:
        token = self._now
        if token.kind != "number":
            raise self._unexpected("a number")
        self._at += 1
        return Quantity(float(token.value), has_unit=False)

    def _value(self) -> str:
        token = self._now
        literal = token.kind == "keyword" and token.value in ("true", "false")
        if token.kind not in ("number", "text") and not literal:
            raise self._unexpected("a value")
        self._at += 1
        return token.value

    def _text(self) -> str:
        token = self._now
        if token.kind != "text":
            raise self._unexpected("a text")
        self._at += 1
        return token.value

    def _word(self, what: str) -> str:
        token = self._now
        if token.kind != "word":
            raise self._unexpected(what)
        self._at += 1
        return token.value

    def _keyword(self, word: str) -> None:
        if not self._take("keyword", word):
            raise self._unexpected(word.upper())

    def _sign(self, sign: str) -> None:
        if not self._take("sign", sign):
            raise self._unexpected(sign)

    def _take(self, kind: str, value: str) -> bool:
        found = self._now.kind == kind and self._now.value == value
        self._at += found
        return found

    def _unexpected(self, wanted: str) -> InvalidParameter:
        return InvalidParameter(
            "sql: {wanted} is expected at character {place}", wanted=wanted, place=self._now.place
        )

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]


def _unless(is_not: bool, node: Node) -> Node:
    return Not(node) if is_not else node
