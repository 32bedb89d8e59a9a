"""Opsgenie's search queries, the part that scripts use: `status: open AND tag: (db OR web)`.

Terms are joined by AND, or by nothing; a value is a word, a text in quotes, or several in
parentheses with OR between them. A word without a field is looked for in the message.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload
from tocsin.sources.opsgenie_order import id_of
from tocsin.store.alert_of_sender import Order, Span, Wanted

LENGTH_MAX: Final = 1000
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<field>[A-Za-z.]+)\s*(?P<relation>:|[<>]=?|=)\s*)?"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|\((?:[^()"]|"[^"]*")*\)|[^\s()":]+)"""
)
_INSTANTS: Final = {
    "createdAt": Order.CREATED,
    "updatedAt": Order.UPDATED,
    "lastOccurredAt": Order.HEARD,
}
_LABELS: Final = ("entity", "source", "priority", "user")


class Term(Struct, frozen=True):
    """`field` is empty for a word that stands alone; one of `values` has to fit."""

    field: str
    relation: str
    values: tuple[str, ...]


def parse(query: str) -> Wanted:
    """What a query asks for; InvalidParameter for what is not understood."""
    wanted = Wanted()
    for term in _terms(query):
        wanted = _narrowed(wanted, term)
    return wanted


def _terms(query: str) -> Iterator[Term]:
    if len(query) > LENGTH_MAX:
        raise _misunderstood(query)
    place, rest = 0, query.rstrip()
    while place < len(rest):
        found = _TOKEN.match(rest, place)
        if found is None:
            raise _misunderstood(rest[place:])
        place = found.end()
        field, value = found["field"] or "", found["value"]
        if not field and value == "AND":
            continue
        if not field and value in ("OR", "NOT"):
            raise _misunderstood(rest[found.start() :])
        yield Term(field, found["relation"] or ":", _values(value))


def _values(said: str) -> tuple[str, ...]:
    if not said.startswith("("):
        return (_unquoted(said),)
    inside = re.split(r"\s+OR\s+", said[1:-1].strip())
    values = tuple(_unquoted(one.strip()) for one in inside)
    if not all(values):
        raise _misunderstood(said)
    return values


def _unquoted(said: str) -> str:
    if said.startswith('"') and said.endswith('"') and len(said) > 1:
        return re.sub(r"\\(.)", r"\1", said[1:-1])
    return said


def _narrowed(wanted: Wanted, term: Term) -> Wanted:
    field, values = term.field, term.values
    if field in _INSTANTS:
        return replace(wanted, spans=(*wanted.spans, _span(term)))
    if term.relation not in (":", "="):
        raise _misunderstood(f"{field} {term.relation}")
    if field in _FLAGS:
        name, said = _FLAGS[field]
        return replace(wanted, **{name: _flag(said, values)})
    match field:
        case "":
            return replace(wanted, titles=(*wanted.titles, values))
        case "message":
            return replace(wanted, titles=(*wanted.titles, values))
        case "alias":
            return replace(wanted, keys=_both(wanted.keys, values, payload.key))
        case "id" | "alertId":
            return replace(wanted, ids=_both(wanted.ids, values, str.lower))
        case "tinyId":
            ids = tuple(id_of(value, "tiny") for value in values)
            return replace(wanted, ids=_both(wanted.ids, ids, str))
        case "tag" | "tags":
            return replace(wanted, tags=(*wanted.tags, values))
    name = field.removeprefix("details.")
    if name == field and field not in _LABELS:
        raise _misunderstood(field)
    label = (payload.label_name(name), values)
    return replace(wanted, labels=(*wanted.labels, label))


_FLAGS: Final = {
    "status": ("is_open", {"open": True, "closed": False}),
    "acknowledged": ("is_acknowledged", {"true": True, "false": False}),
    "snoozed": ("is_snoozed", {"true": True, "false": False}),
}


def _flag(said: dict[str, bool], values: tuple[str, ...]) -> bool | None:
    try:
        asked = {said[value.lower()] for value in values}
    except KeyError as unknown:
        raise _misunderstood(str(unknown)) from None
    return asked.pop() if len(asked) == 1 else None


def _both(
    known: tuple[str, ...] | None, values: tuple[str, ...], spell: Callable[[str], str]
) -> tuple[str, ...]:
    spelled = tuple(map(spell, values))
    return spelled if known is None else tuple(one for one in spelled if one in known)


def _span(term: Term) -> Span:
    """An instant is in ms, or in seconds where it has ten digits or fewer."""
    [said, *others] = term.values
    if others or not (said.isascii() and said.isdigit() and len(said) <= 16):
        raise _misunderstood(f"{term.field} {said}")
    at = int(said) * (1000 if len(said) <= 10 else 1)
    column = _INSTANTS[term.field]
    match term.relation:
        case ">":
            return Span(column, start=at + 1)
        case ">=":
            return Span(column, start=at)
        case "<":
            return Span(column, end=at - 1)
        case "<=":
            return Span(column, end=at)
        case _:
            return Span(column, at, at)


def _misunderstood(said: str) -> InvalidParameter:
    return InvalidParameter(
        "the query is not understood at {value}; join terms such as status: open by AND",
        value=said,
        field="query",
    )
