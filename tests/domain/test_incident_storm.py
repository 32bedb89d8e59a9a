"""Warnings of storms: once a count, to whoever has the incident, unless it is quiet."""

from tests.domain.test_incident import START, incident
from tocsin.domain.feed import EntryType, StormDetail
from tocsin.domain.incident import Cause, Notify, Progress, Responder
from tocsin.domain.incident_storm import grown
from tocsin.kernel.units import MINUTE

COUNTS = (10, 50, 100)
HELD = (Responder(7, START),)


def thresholds(alerts: int, **fields: object) -> list[int]:
    found = grown(incident(alert_cnt=alerts, **fields), COUNTS, START).entries
    assert {entry.type for entry in found} <= {EntryType.STORM}
    return [entry.detail.threshold for entry in found if isinstance(entry.detail, StormDetail)]


def test_each_count_is_warned_of_when_it_is_reached_and_only_then() -> None:
    assert thresholds(9) == []
    assert thresholds(10) == [10]
    assert thresholds(120) == [10, 50, 100]
    assert thresholds(120, storm=50) == [100]
    assert thresholds(120, storm=100) == []
    assert grown(incident(alert_cnt=60), COUNTS, START).incident.storm == 50


def test_whoever_has_the_incident_is_told_unless_it_is_quiet() -> None:
    def told(**fields: object) -> int:
        decided = grown(incident(alert_cnt=60, responders=HELD, **fields), COUNTS, START)
        assert set(decided.effects) <= {Notify(Cause.STORM, (7,))}
        return len(decided.effects)

    assert told() == 2
    assert told(snoozed_before=START + MINUTE) == 0
    assert told(muted_until=START + MINUTE) == 0
    assert told(muted_until=START) == 2


def test_a_closed_incident_warns_of_nothing() -> None:
    assert thresholds(60, progress=Progress.CLOSED, close_time=START) == []
