"""Finding incidents by words and labels: right on both databases, and by key where few fit."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import bindparam, insert, select, update

from tests import plans
from tests.domain.test_incident import START, incident
from tocsin.domain.incident import Incident, Progress
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import HOUR, SECOND
from tocsin.store import incident as incidents
from tocsin.store import incident_list, incident_words, label_filter, posting
from tocsin.store.database import Database, Tx
from tocsin.store.few import FEW_MAX, hour_of
from tocsin.store.incident_list import After, Wanted
from tocsin.store.tables import incident as tables

ROWS = FEW_MAX + 2_000
SPAN = (START, START + ROWS * SECOND)
EVERY = 100


def numbered(number: int) -> Any:
    """All are about a disk in prod; one in a hundred is rare."""
    rare = {"host": f"db{number}"} if number % EVERY == 0 else {}
    return incident(
        incident_id=f"{number:024x}",
        num=f"{number:06X}",
        title="Disk full" + (" 磁盘已满" if rare else ""),
        labels={"env": "prod", **rare},
        start_time=START + number * SECOND,
    )


@pytest.fixture
def many(database: Database) -> Database:
    """More incidents with a word and a label in common than are gathered by key."""
    with database.write() as tx:
        incidents.add(tx, numbered(0))
        row = dict(tx.connection.execute(select(tables.incident)).mappings().one())
        made = [numbered(number) for number in range(1, ROWS)]
        names = ("incident_id", "num", "title", "labels", "start_time")
        tx.run(
            insert(tables.incident),
            [
                {
                    **row,
                    **{name: getattr(one, name) for name in names},
                    "search": incident_words.text_of(one),
                }
                for one in made
            ],
        )
        incident_words.add(tx, [(one, incident_words.text_of(one)) for one in made])
        label(tx, made)
    plans.analyse(database)
    return database


def label(tx: Tx, some: Sequence[Incident]) -> None:
    """File the labels of incidents."""
    filed = (
        (key, one.incident_id)
        for one in some
        for key in label_filter.filed(1, hour_of(one.start_time), one.labels)
    )
    posting.add(tx, tables.incident_label, filed)


def page(tx: Tx, wanted: Wanted, **more: Any) -> list[int]:
    found = incident_list.page(tx, 1, wanted, **{"ascending": False, "limit": 3, **more})
    return [int(one.incident_id, 16) for one in found]


LAST = (ROWS - 1) // EVERY * EVERY
RARE = [LAST, LAST - EVERY, LAST - 2 * EVERY]


@pytest.mark.parametrize(
    ("wanted", "expected", "count"),
    [
        (Wanted(query="disk"), [ROWS - 1, ROWS - 2, ROWS - 3], 1000),
        (Wanted(query="DISK 盘已"), RARE, ROWS // EVERY),
        (Wanted(query="dis db7"), [7900, 7800, 7700], 11),
        (Wanted(query="db70"), [7000, 700], 2),
        (Wanted(query="00002A", query_num="00002A"), [42], 1),
        (Wanted(query="isk"), [], 0),
        (Wanted(query="%"), [], 0),
        (Wanted(labels={"env": ("prod", "test")}), [ROWS - 1, ROWS - 2, ROWS - 3], 1000),
        (Wanted(labels={"env": ("p*",), "host": ("/^db1/",)}), [11900, 11800, 11700], 31),
        (Wanted(labels={"host": ("*",)}), RARE, ROWS // EVERY),
        (Wanted(labels={"env": ("test",)}), [], 0),
        (Wanted(labels={"env": ("prod",)}, nums=("00002A",)), [42], 1),
    ],
    ids=lambda wish: repr(wish)[:60] if isinstance(wish, Wanted) else "",
)
def test_the_newest_that_fit_come_first_and_are_counted(
    many: Database, wanted: Wanted, expected: list[int], count: int
) -> None:
    wanted = replace(wanted, span=SPAN)
    with many.read() as tx:
        found = page(tx, wanted)
        assert found == expected
        assert incident_list.count(tx, 1, wanted) == count


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(query="磁盘"),
        Wanted(labels={"host": ("db700",)}),
        Wanted(labels={"host": ("db7?0*",)}),
    ],
    ids=["word", "label", "pattern"],
)
def test_few_are_gathered_by_key_whatever_the_order(many: Database, wanted: Wanted) -> None:
    wish = replace(wanted, span=SPAN)
    with many.read() as tx:
        # Postings are few rows, of which PostgreSQL would rather read all.
        plans.avoid_scans(tx)
        found = incident_list.statement(tx, 1, wish, ascending=False)
        words = plans.plan(
            tx, found, {**incident_list.parameters(1, wish), "limit": 21, "offset": 0}
        )
    assert "ix_incident_account_start" not in words, words
    side = "incident_label" if wish.labels else "incident_word"
    assert side in words, words
    assert f"SCAN {side}" not in words, words
    assert f"Seq Scan on {side}" not in words, words


def test_many_are_read_in_the_order_of_the_list(many: Database) -> None:
    for wanted in (Wanted(query="disk"), Wanted(labels={"env": ("prod",)})):
        wish = replace(wanted, span=SPAN)
        with many.read() as tx:
            found = incident_list.statement(tx, 1, wish, ascending=False)
            given = {**incident_list.parameters(1, wish), "limit": 21, "offset": 0}
            words = plans.plan(tx, found, given)
        assert "ix_incident_account_start" in words, words
        assert not plans.sorts(words), words


def test_patterns_find_among_more_values_than_are_tried_at_first(many: Database) -> None:
    with many.write() as tx:
        for first in range(0, ROWS, 2_000):
            found = incidents.find(tx, 1, [f"{n:024x}" for n in range(first, first + 2_000)])
            traced = [
                replace(one, labels={"trace": f"t{int(one.incident_id, 16)}"}) for one in found
            ]
            label(tx, traced)
            tx.run(
                update(tables.incident).where(tables.incident.c.incident_id == bindparam("of_id")),
                [{"of_id": one.incident_id, "labels": one.labels} for one in traced],
            )

    def asked(*values: str, **more: Any) -> Wanted:
        return Wanted(span=SPAN, labels={"trace": values}, **more)

    with many.read() as tx:
        assert page(tx, asked("t11*")) == [11_999, 11_998, 11_997]
        assert page(tx, asked("t?*7")) == [11_997, 11_987, 11_977]
        assert page(tx, asked("/^t11*5$/")) == [11_115, 1_115, 115]
        assert page(tx, asked("/^t7$/", "t12", "*118", "t119*"))[:1] == [11_999]
        assert incident_list.count(tx, 1, asked("T*", "t?_", "t[1]*")) == 0
        few = asked("/^t/", nums=("000007",))
        assert page(tx, few) == [7]
        with pytest.raises(InvalidParameter, match="more than 10000 different values"):
            page(tx, asked("/./"))


def test_long_values_are_told_apart_behind_what_is_indexed(database: Database) -> None:
    long = "x" * label_filter.HEAD_MAX
    with database.write() as tx:
        for number, tail in enumerate(("a", "b", "")):
            one = incident(incident_id=f"{number:024x}", labels={"k": long + tail})
            incidents.add(tx, one)
        for value, expected in (
            (long + "a", [0]),
            (long, [2]),
            ("/b$/", [1]),
            ("x*", [2, 1, 0]),
        ):
            wish = Wanted(span=(START, START + HOUR), labels={"k": (value,)})
            assert page(tx, wish) == expected, value


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    there=st.lists(st.integers(0, 50), min_size=1, max_size=12),
    arriving=st.lists(st.integers(0, 50), max_size=8),
    changing=st.lists(st.integers(0, 30), max_size=8),
    limit=st.integers(1, 4),
    ascending=st.booleans(),
    by_word=st.booleans(),
)
def test_a_cursor_loses_and_repeats_nothing_while_incidents_arrive_and_change(
    database: Database,
    there: list[int],
    arriving: list[int],
    changing: list[int],
    limit: int,
    ascending: bool,
    by_word: bool,
) -> None:
    wanted = Wanted(span=(START, START + HOUR), query="disk" if by_word else "")
    with database.write() as tx:
        account_id = int.from_bytes(tx.ids.hex32().encode()[:6], "big")

        known: list[str] = []

        def arrive(second: int) -> None:
            known.append(tx.ids.object_id())
            began = START + second * SECOND
            place = {"incident_id": known[-1], "account_id": account_id}
            incidents.add(tx, incident(**place, start_time=began))

        def change(number: int) -> None:
            before = incidents.get(tx, account_id, known[number % len(known)])
            texts = {"title": "Disk replaced", "labels": {"host": "db7"}}
            over = {"progress": Progress.CLOSED, "close_time": tx.now, "last_time": tx.now}
            incidents.save(tx, before, replace(before, **texts, **over))

        for second in there:
            arrive(second)
        first = set(known)
        changes = iter(changing)
        late = iter(arriving)
        seen: list[tuple[int, str]] = []
        after = None
        while True:
            found = incident_list.page(
                tx, account_id, wanted, ascending=ascending, limit=limit, after=after
            )
            seen += [(one.start_time, one.incident_id) for one in found]
            if len(found) < limit:
                break
            after = After(*seen[-1])
            for second in (next(late, None), next(late, None)):
                if second is not None:
                    arrive(second)
            number = next(changes, None)
            if number is not None:
                change(number)
        assert first <= {id_ for _, id_ in seen}
        assert len(set(seen)) == len(seen)
        assert seen == sorted(seen, reverse=not ascending)
