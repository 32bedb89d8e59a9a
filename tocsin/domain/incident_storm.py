"""Storms: an incident that has gathered so many alerts that its people are warned."""

from msgspec.structs import replace

from tocsin.domain.feed import Entry, EntryType, StormDetail
from tocsin.domain.incident import Cause, Decision, Incident, Progress, unchanged
from tocsin.domain.incident_telling import told_by_itself


def grown(incident: Incident, counts: tuple[int, ...], at: int) -> Decision:
    """Warn once of each count (least first) that its alerts have reached.

    A closed incident warns of nothing, as nobody has to look any more.
    """
    reached = [count for count in counts if incident.storm < count <= incident.alert_cnt]
    if not reached or incident.progress is Progress.CLOSED:
        return unchanged(incident, "no storm")
    return Decision(
        replace(incident, storm=reached[-1]),
        f"its alerts reached {reached[-1]}",
        tuple(Entry(EntryType.STORM, StormDetail(count)) for count in reached),
        told_by_itself(incident, Cause.STORM, at) * len(reached),
    )
