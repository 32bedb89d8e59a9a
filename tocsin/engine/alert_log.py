"""What stands on the log of an alert about each event it took in."""

from tocsin.domain.alert import Alert
from tocsin.domain.alert_feed import (
    AlertEntry,
    AlertEntryType,
    InhibitedDetail,
    SilencedDetail,
    StateDetail,
)
from tocsin.domain.severity import EventStatus
from tocsin.domain.trace import Muting, Outcome, Stage


def entries(alert: Alert, outcome: Outcome, muting: Muting | None) -> tuple[AlertEntry, ...]:
    """The log of one event that changed an alert into this one; a repeat is not logged."""
    kept: list[AlertEntry] = []
    if outcome is not Outcome.REPEATED:
        kind = AlertEntryType.NEW if outcome is Outcome.OPENED else AlertEntryType.UPDATE
        kept.append(AlertEntry(kind, StateDetail(EventStatus(alert.severity), alert.status)))
    if muting:
        kept.append(_muted(muting))
    return tuple(kept)


def _muted(muting: Muting) -> AlertEntry:
    step = muting.step
    if step.stage is Stage.SILENCE:
        return AlertEntry(AlertEntryType.SILENCED, SilencedDetail(step.rule_id, step.rule_name))
    source = step.detail.get("source_alert_id", "")
    detail = InhibitedDetail(step.rule_id, step.rule_name, source)
    return AlertEntry(AlertEntryType.INHIBITED, detail)
