"""Grouping by rule: which alerts share an incident, and until when.

An alert has a bucket for each list of keys that holds for it: the values it has there. Alerts
that have a bucket in common belong together. Lists are alternatives, tried in their order; the
lists are those of the first case that holds, else the grouping's own.
"""

import hashlib
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.channel import STORM_ALERTS, Group, GroupMethod, WindowType
from tocsin.domain.filter import CORE_KEYS, Subject, canonical, holds
from tocsin.domain.incident import Progress
from tocsin.kernel.units import MINUTE

ALERTS_MAX: Final = 5_000
_VALUE_SHOWN: Final = 64


class Bucket(Struct, frozen=True):
    """Keys and the values an alert has there, by key; an absent value is empty."""

    values: tuple[tuple[str, str], ...]

    @property
    def md5(self) -> str:
        """Equal exactly for equal buckets."""
        told = msgspec.json.encode(self.values)
        return hashlib.md5(told, usedforsecurity=False).hexdigest()

    @property
    def is_whole(self) -> bool:
        """Whether no value is missing."""
        return all(value for _, value in self.values)

    def __str__(self) -> str:
        return ", ".join(f"{key}={value[:_VALUE_SHOWN]}" for key, value in self.values)


class Sorted(Struct, frozen=True):
    """The buckets an alert is in, first choice first; `case` is the case that decided, from 1,
    0 where none holds. Without any bucket the alert stays by itself, and `why` says why."""

    buckets: tuple[Bucket, ...] = ()
    case: int = 0
    why: str = ""


def sort_out(group: Group, subject: Subject) -> Sorted:
    """Which buckets an alert is in by the rules of its channel."""
    case, lists = _lists(group, subject)
    if not lists:
        return Sorted(case=case, why="no keys to group by")
    found = [_bucket(keys, subject) for keys in lists]
    if group.all_equals_required:
        found = [bucket for bucket in found if bucket.is_whole]
    if not found:
        return Sorted(case=case, why="a value to group by is missing")
    return Sorted(tuple(dict.fromkeys(found)), case)


def _lists(group: Group, subject: Subject) -> tuple[int, list[tuple[str, ...]]]:
    for number, case in enumerate(group.cases or (), 1):
        if holds(case.conditions, subject, CORE_KEYS):
            return number, [keys for keys in case.lists if keys]
    return 0, [keys for keys in group.equals or () if keys]


def _bucket(keys: tuple[str, ...], subject: Subject) -> Bucket:
    names = sorted({canonical(key) for key in keys})
    return Bucket(tuple((name, subject.get(name, "")) for name in names))


class Holder(Struct, frozen=True):
    """An open incident as grouping sees it, with the alerts it has and those still firing."""

    incident_id: str
    created_at: int
    merged_at: int
    alert_cnt: int = 1
    active_alert_cnt: int = 1
    progress: Progress = Progress.TRIGGERED
    merge_disabled: bool = False

    def joined(self, at: int) -> "Holder":
        """The same with one alert more."""
        alerts, firing = self.alert_cnt + 1, self.active_alert_cnt + 1
        return replace(self, merged_at=at, alert_cnt=alerts, active_alert_cnt=firing)

    def recovered(self, *, closes: bool) -> "Holder":
        """The same after an alert of it recovered; the last one may close it."""
        firing = self.active_alert_cnt - 1
        progress = Progress.CLOSED if closes and firing <= 0 else self.progress
        return replace(self, active_alert_cnt=firing, progress=progress)


def refusal(holder: Holder, group: Group, at: int) -> str:
    """Why an incident takes no further alert by grouping, empty where it does."""
    if holder.progress is Progress.CLOSED:
        return "closed"
    if holder.merge_disabled:
        return "exempt from merging"
    if holder.alert_cnt >= ALERTS_MAX:
        return "full"
    return "its time window is over" if _is_over(holder, group, at) else ""


def _is_over(holder: Holder, group: Group, at: int) -> bool:
    """Whether the grouping's window has passed since the incident began, or (sliding) since the
    last alert joined it."""
    begun = holder.merged_at if is_sliding(group) else holder.created_at
    return bool(group.time_window) and at >= begun + window_ms(group)


def is_sliding(group: Group) -> bool:
    """Whether every alert that joins begins the window anew."""
    return group.window_type is WindowType.SLIDING


def window_ms(group: Group) -> int:
    """How long an incident takes alerts, 0 for as long as it is open."""
    return (group.time_window or 0) * MINUTE


def described(group: Group) -> dict[str, str]:
    """A grouping in the words of a trace."""
    shown = {"method": str(group.method)}
    if group.method is not GroupMethod.NONE:
        shown["window"] = _window(group)
    return shown


def _window(group: Group) -> str:
    if not group.time_window:
        return "until closed"
    kind = group.window_type or WindowType.TUMBLING
    return f"{group.time_window} min {kind}"


def storm_counts(group: Group) -> tuple[int, ...]:
    """The alert counts that make a storm, least first; none without grouping."""
    if group.method is GroupMethod.NONE:
        return ()
    wanted = {*(group.storm_thresholds or ()), group.storm_threshold or 0}
    return tuple(sorted(count for count in wanted if count >= STORM_ALERTS[0]))
