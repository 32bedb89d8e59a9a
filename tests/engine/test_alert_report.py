"""What senders say about alerts besides events, on both databases."""

import msgspec
from sqlalchemy import select

from tests.intake import Intake, Said
from tocsin.domain.feed import EntryType
from tocsin.domain.incident import Progress
from tocsin.domain.report import Acknowledgement, Remark
from tocsin.domain.trace import Outcome
from tocsin.store.database import Database
from tocsin.store.tables.incident import feed

ACK = Acknowledgement("disk", 1_000, by="Zoe", note="on it")
REMARK = Remark("disk", 1_000, "Is this the backup again?", by="Zoe")


def told(database: Database, incident_id: str) -> list[tuple[str, int, str]]:
    """The timeline: types, who, and comments."""
    with database.read() as tx:
        found = select(feed.c.type, feed.c.creator_id, feed.c.detail)
        mine = found.where(feed.c.ref_id == incident_id).order_by(feed.c.id)
        rows = tx.tuples(mine)
    return [(row[0], row[1], msgspec.json.decode(row[2]).get("comment", "")) for row in rows]


def test_somebody_who_has_it_elsewhere_has_it_here(database: Database) -> None:
    intake = Intake(database)
    intake.digest([Said()])
    intake.hear(ACK, ACK)
    for incident_id, incident in intake.incidents().items():
        assert incident.progress is Progress.PROCESSING
        assert told(database, incident_id)[2:] == [
            (EntryType.COMMENT, 0, "Zoe acknowledged it in sender: on it"),
            (EntryType.ACK, 0, ""),
        ]
    outcomes = [one.outcome for one in intake.traces()]
    assert sorted(outcomes) == [Outcome.ACKNOWLEDGED] * 4 + [Outcome.OPENED] * 2


def test_a_remark_stands_on_the_timeline(database: Database) -> None:
    intake = Intake(database)
    intake.digest([Said()])
    intake.hear(REMARK, Remark("disk", 1_000, "x" * 5_000))
    for incident_id, incident in intake.incidents().items():
        assert incident.progress is Progress.TRIGGERED
        first, second = told(database, incident_id)[2:]
        assert first == (EntryType.COMMENT, 0, "Is this the backup again? (Zoe, sender)")
        assert (len(second[2]), second[2][-10:]) == (1024, "… (sender)")


def test_where_no_alert_is_open_a_trace_tells_of_it(database: Database) -> None:
    intake = Intake(database)
    intake.digest([Said(), Said(status="Ok")])
    intake.hear(ACK, REMARK)
    lost = [one.given for one in intake.traces() if one.outcome is Outcome.NO_OPEN_ALERT]
    assert ACK in lost
    assert REMARK in lost


def test_what_a_sender_says_in_one_request_happens_in_its_order(database: Database) -> None:
    intake = Intake(database)
    intake.digest([Said()])
    intake.hear(ACK)
    intake.digest([Said(status="Ok"), Said(text="again")])
    states = [one.progress for one in intake.incidents().values()]
    assert sorted(states) == ["Closed", "Closed", "Triggered", "Triggered"]
