"""Alerts that fire, put together as Alertmanager shows groups: by the labels a channel groups by."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from tocsin.domain import grouping
from tocsin.domain.alert import Alert
from tocsin.domain.channel import Group, GroupMethod
from tocsin.domain.filter import LABEL
from tocsin.domain.subject import of_alert


class LabelGroup(Struct, frozen=True):
    """Alerts and what makes them a group: the values grouped by, else what they have in common."""

    labels: dict[str, str]
    alerts: list[Alert]


def grouped(group: Group, alerts: Iterable[Alert]) -> list[LabelGroup]:
    """Every alert in its one group.

    Where a channel groups by one list of keys, alerts with equal values make a group, silenced
    ones too; else those of an incident do, and an alert without an incident stays by itself.
    """
    values: dict[str, dict[str, str]] = {}
    members: dict[str, list[Alert]] = {}
    for alert in alerts:
        key, labels = _place(group, alert)
        members.setdefault(key, []).append(alert)
        if labels is not None:
            values[key] = labels
    return [
        LabelGroup(values[key] if key in values else _common(found), found)
        for key, found in members.items()
    ]


def _place(group: Group, alert: Alert) -> tuple[str, dict[str, str] | None]:
    if group.method is GroupMethod.PATTERN:
        buckets = grouping.sort_out(group, of_alert(alert)).buckets
        if len(buckets) == 1:
            values = {key.removeprefix(LABEL): value for key, value in buckets[0].values if value}
            return buckets[0].md5, values
    return alert.incident_id or alert.id, None


def _common(alerts: list[Alert]) -> dict[str, str]:
    first: Mapping[str, str] = alerts[0].labels
    return {
        name: value
        for name, value in first.items()
        if all(alert.labels.get(name) == value for alert in alerts)
    }
