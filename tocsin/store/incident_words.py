"""Finding incidents by the words they say.

`incident.search` holds the words, each behind a blank, so that LIKE finds what begins with one.
The table of words leads to rare words at once.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, delete, false, or_, select

from tocsin.domain import full_text
from tocsin.domain.incident import Incident
from tocsin.store import bulk
from tocsin.store.database import Tx
from tocsin.store.few import FEW_MAX, Narrowed, count_few, hour_of
from tocsin.store.tables.incident import incident, incident_word

# Greater than every word that begins with the same characters.
_LAST: Final = "\U0010ffff"
_KEY: Final = ("account_id", "hour", "word", "incident_id")
_ERASE: Final = delete(incident_word).where(
    incident_word.c.account_id == bindparam("of_account"),
    incident_word.c.hour == bindparam("of_hour"),
    incident_word.c.word == bindparam("of_word"),
    incident_word.c.incident_id == bindparam("of_incident"),
)


def text_of(one: Incident) -> str:
    """What `incident.search` holds of an incident."""
    found_out = (one.impact, one.root_cause, one.resolution)
    found = full_text.indexed((one.title, *one.labels.values(), *found_out, one.description))
    return "".join(f" {word}" for word in found)


def add(tx: Tx, said: Iterable[tuple[Incident, Iterable[str]]]) -> None:
    """Note words of incidents that are not noted yet."""
    rows = [
        (one.account_id, hour, word, one.incident_id)
        for one, new in said
        for hour in (hour_of(one.start_time),)
        for word in new
    ]
    # In the order of the key, what is written together is near to each other.
    bulk.add_tuples(tx, incident_word, _KEY, sorted(rows))


def change(tx: Tx, before: Incident, after: Incident) -> None:
    """Note what an incident says now and forget what it said before."""
    old, new = (dict.fromkeys(text_of(one).split()) for one in (before, after))
    gone = [word for word in old if word not in new]
    tx.run(_ERASE, _keys(before.account_id, before.incident_id, before.start_time, gone))
    add(tx, [(after, [word for word in new if word not in old])])


def erase(tx: Tx, account_id: int, incident_ids: Collection[str]) -> None:
    """Forget the words of incidents, whose rows still hold them."""
    found = select(incident.c.incident_id, incident.c.start_time, incident.c.search).where(
        incident.c.account_id == account_id, incident.c.incident_id.in_(incident_ids)
    )
    for incident_id, start_time, text in tx.tuples(found):
        tx.run(_ERASE, _keys(account_id, incident_id, start_time, text.split()))


def _keys(
    account_id: int, incident_id: str, start_time: int, gone: Iterable[str]
) -> list[dict[str, Any]]:
    key = {
        "of_account": account_id,
        "of_hour": hour_of(start_time),
        "of_incident": incident_id,
    }
    return [{**key, "of_word": word} for word in gone]


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
    return select(incident_word.c.incident_id).where(
        incident_word.c.account_id == account_id,
        incident_word.c.hour.in_(hours),
        incident_word.c.word >= word,
        incident_word.c.word < word + _LAST,
    )
