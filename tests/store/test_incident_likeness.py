"""Incidents that say much the same are found among any number of others."""

from typing import Any

import pytest
from sqlalchemy import insert

from tests.domain.test_incident import START, incident
from tests.plans import analyse, plan, sorts
from tocsin.domain.incident import Progress
from tocsin.domain.similarity import marks
from tocsin.engine.incident_likeness import closed_and_alike
from tocsin.store import incident as incidents
from tocsin.store import incident_likeness
from tocsin.store.database import Database
from tocsin.store.tables.incident import incident_mark

CHANNEL = 7
PLACE = {"account_id": 1, "channel_id": CHANNEL}


def title(number: int) -> str:
    """One of a thousand, in words: numbers are all alike."""
    return "queue " + "".join("abcdefghij"[int(digit)] for digit in f"{number % 1000:03}") * 2


def crowd(database: Database, count: int) -> None:
    """What that many incidents, a hundredth of a second apart, are found by."""
    rows: list[dict[str, Any]] = [
        {**PLACE, "incident_id": f"{number:024}", "start_time": number * 10, "mark": mark}
        for number in range(count)
        for mark in marks(title(number))
    ]
    with database.write() as tx:
        for start in range(0, len(rows), 1000):
            tx.run(insert(incident_mark), rows[start : start + 1000])
    analyse(database)


def test_what_bears_a_mark_is_read_from_its_index_in_order(database: Database) -> None:
    crowd(database, 3_000)
    wanted = {**PLACE, "mark": marks(title(7))[0], "since": 0, "until": START}
    with database.read() as tx:
        how = plan(tx, incident_likeness.BEARING, wanted)
        found = incident_likeness.bearing(tx, 1, CHANNEL, marks(title(7)), (0, START))
    assert "incident_mark" in how
    assert not sorts(how)
    assert "Seq Scan" not in how
    assert [int(one) for one in found] == [2007, 1007, 7]


@pytest.mark.slow
def test_one_alike_is_found_among_a_hundred_thousand(database: Database) -> None:
    crowd(database, 100_000)
    alike = incident(
        channel_id=CHANNEL,
        incident_id="f" * 24,
        title="Disk of db7 is 93% full",
        progress=Progress.CLOSED,
        close_time=START,
    )
    with database.write() as tx:
        incidents.add(tx, alike)
    said = "disk of db12 is 97% full"
    with database.read() as tx:
        compared = incident_likeness.bearing(tx, 1, CHANNEL, marks(said), (0, START))
        found = closed_and_alike(tx, 1, CHANNEL, said, {}, START)
    assert compared == [alike.incident_id], "nothing else is looked at"
    assert [one.incident_id for one, _ in found] == [alike.incident_id]
