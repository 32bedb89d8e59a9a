"""Finding incidents by the words they say.

`incident.search` holds the words, each behind a blank, so that LIKE finds what begins with one.
The table of words leads to rare words at once.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Select, and_, false, or_, select

from tocsin.domain import full_text
from tocsin.domain.incident import Incident
from tocsin.store import posting
from tocsin.store.database import Tx
from tocsin.store.few import FEW_MAX, Narrowed, count_few, hour_of
from tocsin.store.tables.incident import incident, incident_word

# Greater than every word that begins with the same characters.
_LAST: Final = "\U0010ffff"


def text_of(one: Incident) -> str:
    """What `incident.search` holds of an incident."""
    found_out = (one.impact, one.root_cause, one.resolution)
    found = full_text.indexed((one.title, *one.labels.values(), *found_out, one.description))
    return "".join(f" {word}" for word in found)


def add(tx: Tx, new: Iterable[tuple[Incident, str]]) -> None:
    """Note the words of new incidents, each given with what `text_of` made of it."""
    posting.add(
        tx,
        incident_word,
        (
            ((one.account_id, hour, word), one.incident_id)
            for one, text in new
            for hour in (hour_of(one.start_time),)
            for word in text.split()
        ),
    )


def add_late(tx: Tx, before: Incident, after: Incident) -> None:
    """Note the words that an incident says anew. Those it says no more do no harm, as what it says
    is looked through, too."""
    said = set(text_of(before).split())
    hour = hour_of(after.start_time)
    new = [word for word in text_of(after).split() if word not in said]
    keys = [(after.account_id, hour, word) for word in new]
    posting.add_late(tx, incident_word, keys, after.incident_id)


def narrowed(
    tx: Tx, account_id: int, query: str, num: str, hours: Sequence[int] | None
) -> Narrowed:
    """Incidents of which every word of the query begins a word, or that have the short label.

    They began in these `hours`; None for too many of them.
    """
    wanted = full_text.wanted(query)
    of_num = incident.c.num == num if num else false()
    if not wanted:
        return Narrowed((of_num,))
    said = and_(*(incident.c.search.like(f"% {word}%") for word in wanted))
    rare = None if hours is None else _rarest(tx, account_id, wanted, hours)
    if rare is None:
        return Narrowed((or_(of_num, said) if num else said,))
    if not num:
        return Narrowed((incident.c.incident_id.in_(rare), said), is_few=True)
    labelled = select(incident.c.incident_id).where(incident.c.account_id == account_id, of_num)
    either = incident.c.incident_id.in_(rare.union_all(labelled))
    return Narrowed((either, or_(of_num, said)), is_few=True)


def _rarest(
    tx: Tx, account_id: int, wanted: Sequence[str], hours: Sequence[int]
) -> Select[Any] | None:
    """Those with the rarest of the words, None where every word is frequent."""
    found = {word: _with(account_id, word, hours) for word in wanted}
    counts = {word: count_few(tx, each) for word, each in found.items()}
    least = min(counts, key=lambda word: counts[word])
    return found[least] if counts[least] <= FEW_MAX else None


def _with(account_id: int, word: str, hours: Sequence[int]) -> Select[Any]:
    return posting.owners(
        incident_word,
        incident_word.c.account_id == account_id,
        incident_word.c.hour.in_(hours),
        incident_word.c.word >= word,
        incident_word.c.word < word + _LAST,
    )
