"""Incidents at rest, on both databases; lists go by indexes on both planners."""

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import func, insert, select

from tests import plans
from tests.domain.test_incident import START, incident
from tocsin.domain.incident import Assignment, AssignType, Overridable, Progress, Responder
from tocsin.kernel.errors import ResourceNotFound
from tocsin.kernel.units import MINUTE
from tocsin.store import incident as incidents
from tocsin.store import incident_list
from tocsin.store.database import Database
from tocsin.store.incident_list import After, Wanted
from tocsin.store.tables import incident as tables

ROWS = 6_000


def full(**fields: Any) -> Any:
    """An incident with something in every field that is kept beside the row."""
    return incident(
        labels={"host": "db7", "env": "prod"},
        fields={"region": "eu", "seen": True, "tags": ["a"]},
        responders=(Responder(7, START, START), Responder(8, START)),
        assigned_to=Assignment((7, 8), ("a@b.example",), type=AssignType.ASSIGN, assigned_at=1),
        manual_overrides=(Overridable.TITLE,),
        integration_ids=(1, 2),
        integration_types=("standard.alert",),
        **fields,
    )


def test_an_incident_comes_back_as_it_was_kept(database: Database) -> None:
    with database.write() as tx:
        incidents.add(tx, full())
    with database.read() as tx:
        assert incidents.get(tx, 1, "0" * 24) == full()
        assert incidents.find(tx, 2, ["0" * 24]) == []
        with pytest.raises(ResourceNotFound):
            incidents.get(tx, 2, "0" * 24)


def test_only_a_change_is_written_and_found_by_its_new_words(database: Database) -> None:
    with database.write() as tx:
        incidents.add(tx, full())
        incidents.save(tx, full(), full())
        assert incidents.get(tx, 1, "0" * 24).updated_at == START
        changed = incident(title="CPU", responders=(Responder(9, START),))
        incidents.save(tx, full(), changed)
        assert incidents.get(tx, 1, "0" * 24).updated_at == tx.now
        for wanted, count in (
            (Wanted(query="disk"), 0),
            (Wanted(query="cpu"), 1),
            (Wanted(labels={"host": ("db7",)}), 0),
            (Wanted(responder_ids=(7,)), 0),
            (Wanted(responder_ids=(9,)), 1),
            (Wanted(acker_ids=(9,)), 0),
        ):
            assert incident_list.count(tx, 1, wanted) == count, wanted
        assert incidents.having_field(tx, 1, "region", 10) == []


def test_an_erased_incident_leaves_no_row_anywhere(database: Database) -> None:
    with database.write() as tx:
        incidents.add(tx, full())
        incidents.save(tx, full(), replace(full(), title="Other", labels={"other": "label"}))
        incidents.remove(tx, 1, ["0" * 24])
        for table in (
            tables.incident,
            tables.incident_label,
            tables.incident_word,
            tables.incident_responder,
            tables.incident_field,
        ):
            assert tx.value(select(func.count()).select_from(table)) == 0


@pytest.fixture
def many(database: Database) -> Database:
    """Thousands of incidents in ten channels, nearly all of them closed."""
    with database.write() as tx:
        incidents.add(tx, incident())
        row = dict(tx.connection.execute(select(tables.incident)).mappings().one())
        rows = [
            {
                **row,
                "incident_id": f"{number:024x}",
                "num": f"{number:06X}",
                "start_time": START + number * MINUTE,
                "channel_id": number % 10,
                "progress": Progress.CLOSED if number % 500 else Progress.TRIGGERED,
            }
            for number in range(1, ROWS)
        ]
        tx.run(insert(tables.incident), rows)
    plans.analyse(database)
    return database


def bound(wanted: Wanted) -> dict[str, int]:
    return incident_list.parameters(1, wanted) | {"limit": 21, "offset": 0}


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "ix_incident_account_start"),
        (
            Wanted(progress=(Progress.TRIGGERED, Progress.PROCESSING)),
            "ix_incident_open_start",
        ),
        (Wanted(channel_ids=(3,)), "ix_incident_channel_start"),
        (Wanted(nums=("00002A",)), "ix_incident_account_num"),
    ],
    ids=["all", "open", "channel", "num"],
)
@pytest.mark.parametrize("ascending", [True, False])
def test_a_page_comes_from_an_index(
    many: Database, wanted: Wanted, index: str, ascending: bool
) -> None:
    wish = replace(wanted, span=(START, START + ROWS * MINUTE))
    with many.read() as tx:
        found = incident_list.statement(tx, 1, wish, ascending=ascending)
        words = plans.plan(tx, found, bound(wish))
        assert index in words, words
        assert wish.nums or not plans.sorts(words), words


def test_a_cursor_goes_on_from_the_index_too(many: Database) -> None:
    with many.read() as tx:
        after = After(START + 3000 * MINUTE, f"{3000:024x}")
        wanted = Wanted(span=(START, START + ROWS * MINUTE))
        found = incident_list.statement(tx, 1, wanted, ascending=False, after=after)
        words = plans.plan(tx, found, bound(wanted))
        assert "ix_incident_account_start" in words, words
        assert not plans.sorts(words), words
        page = incident_list.page(tx, 1, wanted, ascending=False, limit=2, after=after)
        assert [one.incident_id for one in page] == [f"{2999:024x}", f"{2998:024x}"]


def test_the_total_is_counted_to_a_thousand(many: Database) -> None:
    with many.read() as tx:
        assert incident_list.count(tx, 1, Wanted()) == 1000
        assert incident_list.count(tx, 1, Wanted(channel_ids=(3,))) == ROWS / 10
