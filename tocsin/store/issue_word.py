"""Finding issues by their words and by values of what is known of them.

Words and values are filed under the day an issue was made, so that what is new is written together.
What they lead to is asked itself, too.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, literal, or_, select

from tocsin.domain.dql import All, Either, Match, Node
from tocsin.domain.issue import Issue
from tocsin.domain.issue_words import Key, begun, begun_words, said, valued
from tocsin.domain.rum_query import Scope
from tocsin.kernel.units import DAY
from tocsin.store import posting
from tocsin.store.database import Tx
from tocsin.store.few import HOURS_MAX, hour_of
from tocsin.store.issue_fields import DERIVED, is_start
from tocsin.store.rum_field import TAGS, field_of
from tocsin.store.rum_fields import SOURCES
from tocsin.store.tables.issue import issue, issue_word

Lead = tuple[Key, ...]
"""Keys one of which leads to each issue that matches."""

VALUES: Final = frozenset({"service", "env", "error_type", "version"})
_WORDS: Final = frozenset({"error_message"})
_COUNTED_MAX: Final = 1_000
_LEADS_MAX: Final = 4
_DAYS_FIRST: Final = 32
_DAYS_GROW: Final = 8
# Greater than all that begins with the same characters.
_LAST: Final = "\U0010ffff"


class Led(Struct, frozen=True):
    """The rows of `issue_word` that a lead has, by the days that issues were made in."""

    account_id: int
    days: range
    lead: Lead

    def latest_first(self) -> Iterator[ColumnElement[bool]]:
        """The rows of the last days, then those of more and more days before them: most people look
        for what is recent."""
        last = len(self.days)
        size = _DAYS_FIRST
        while last > 0:
            yield self.of(self.days[max(0, last - size) : last])
            last, size = last - size, size * _DAYS_GROW

    def of(self, days: Sequence[int]) -> ColumnElement[bool]:
        """The rows of some days."""
        word = issue_word.c.word
        keys = [
            and_(word >= key.text, word < key.text + _LAST) if key.is_start else word == key.text
            for key in self.lead
        ]
        filed = issue_word.c.hour.in_([hour_of(day * DAY) for day in days])
        return and_(issue_word.c.account_id == self.account_id, filed, or_(*keys))


def add(tx: Tx, new: Iterable[Issue], learned: Iterable[tuple[Issue, Key]]) -> None:
    """File the words of new issues, and what was learned of these."""
    filed = [(one, key) for one in new for key in _known(one)]
    posting.add(
        tx, issue_word, {(_place(one, key), one.issue_id) for one, key in (*filed, *learned)}
    )


def add_late(tx: Tx, learned: Iterable[tuple[Issue, Key]]) -> None:
    """File what was learned of issues that are filed already."""
    posting.add_late_many(
        tx, issue_word, sorted({(_place(one, key), one.issue_id) for one, key in learned})
    )


def leads(node: Node | None) -> list[Lead]:
    """What leads to all that a query finds; nothing where it has to be looked for."""
    match node:
        case All(nodes):
            return [lead for each in nodes for lead in leads(each)]
        case Either(nodes):
            found = [leads(each) for each in nodes]
            return [_either(found)] if found and all(found) else []
        case Match(field, pieces):
            return [(key,) for key in _keys(field, pieces)]
    return []


def led(tx: Tx, account_id: int, node: Node | None) -> Led | None:
    """The way to what a query finds that the fewest lie on; None where there is none."""
    found = leads(node)
    if not found:
        return None
    wanted = select(func.min(issue.c.created_at)).where(issue.c.account_id == account_id)
    days = range((tx.value(wanted) or tx.now) // DAY, tx.now // DAY + 1)
    if len(days) > HOURS_MAX:
        return None
    # Long keys are rare ones.
    likely = sorted(found, key=lambda lead: -_length(lead))[:_LEADS_MAX]
    ways = [Led(account_id, days, lead) for lead in likely]
    return ways[0] if len(ways) == 1 else min(ways, key=lambda each: _count(tx, each))


def _count(tx: Tx, way: Led) -> int:
    some = select(literal(1).label("one")).where(way.of(way.days)).limit(_COUNTED_MAX).subquery()
    return int(tx.value(select(func.count()).select_from(some)))


def _length(lead: Lead) -> int:
    return min(len(key.text) for key in lead)


def _either(found: Sequence[Sequence[Lead]]) -> Lead:
    """One lead of each alternative: the longest, which is likely to be the rarest."""
    return tuple(key for each in found for key in max(each, key=_length))


def _keys(name: str, pieces: tuple[str, ...]) -> list[Key]:
    if not name:
        return begun_words("".join(pieces)) if is_start(pieces) else []
    field, _ = field_of(SOURCES[Scope.ISSUE], Scope.ISSUE, name)
    if field in DERIVED:
        field = TAGS + field
    if field in _WORDS and len(pieces) == 1:
        return begun_words(pieces[0])
    if not pieces[0].strip() or not (field in VALUES or field.startswith(TAGS)):
        return []
    return [valued(field, pieces[0]) if len(pieces) == 1 else begun(field, pieces[0])]


def _known(one: Issue) -> Iterable[Key]:
    yield from map(Key, said(one.error_type, one.error_message))
    for name in ("service", "env", "error_type"):
        if value := getattr(one, name):
            yield valued(name, value)


def _place(one: Issue, key: Key) -> tuple[Any, ...]:
    return one.account_id, hour_of(one.created_at - one.created_at % DAY), key.text
