"""How alerts of the past would have shared incidents: the grouping's decision, asked again."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tocsin.domain import grouping_likeness
from tocsin.domain.alert import Alert
from tocsin.domain.channel import Group, GroupMethod
from tocsin.domain.filter import Subject
from tocsin.domain.grouping import Bucket, Holder, refusal, sort_out
from tocsin.domain.grouping_likeness import Likes
from tocsin.domain.incident import Progress
from tocsin.domain.noise_preview import while_it_fired


class Together(Struct, frozen=True):
    """Alerts that would share an incident, the oldest first, and what the last of them had in
    common with the others; empty where it is alone."""

    alerts: list[Alert]
    common: str = ""


def share(group: Group, alerts: Iterable[Alert], *, closes: bool) -> list[Together]:
    """The incidents that a grouping would have opened for alerts, in the order of their beginning.

    `closes` says that an incident closes once all of its alerts are over. What people did to
    incidents counts for nothing here.
    """
    past = _Past(group, closes=closes)
    for one in sorted(alerts, key=lambda alert: alert.id):
        past.take(one)
    return past.incidents


class _Past:
    def __init__(self, group: Group, *, closes: bool) -> None:
        self._group = group
        self._closes = closes
        self._held: list[list[Alert]] = []
        self._common: list[str] = []
        self._having: dict[str, list[int]] = {}
        self._likes = Likes(grouping_likeness.keys_of(group))

    @property
    def incidents(self) -> list[Together]:
        return [Together(*one) for one in zip(self._held, self._common, strict=True)]

    def take(self, alert: Alert) -> None:
        subject = while_it_fired(alert)
        at = alert.created_at
        for place, common in self._candidates(subject):
            if not refusal(self._holder(place, at), self._group, at):
                self._held[place].append(alert)
                self._common[place] = common
                return
        self._open(alert, subject)

    def _candidates(self, subject: Subject) -> Iterator[tuple[int, str]]:
        """The incidents it may join, first choice first, and what they have in common."""
        if self._group.method is GroupMethod.PATTERN:
            for bucket in sort_out(self._group, subject).buckets:
                for place in reversed(self._having.get(bucket.md5, ())):
                    yield place, str(bucket)
        elif self._group.method is GroupMethod.INTELLIGENT:
            values = grouping_likeness.compared(self._group, subject)
            least = grouping_likeness.threshold_of(self._group)
            while match := self._likes.best(values, least):
                yield int(match.incident_id), f"{match.score:.2f}"
                self._likes.drop(match.incident_id)

    def _open(self, alert: Alert, subject: Subject) -> None:
        place = len(self._held)
        self._held.append([alert])
        self._common.append("")
        for bucket in self._buckets(subject):
            self._having.setdefault(bucket.md5, []).append(place)
        if values := grouping_likeness.compared(self._group, subject):
            self._likes.add(str(place), values)

    def _buckets(self, subject: Subject) -> tuple[Bucket, ...]:
        if self._group.method is not GroupMethod.PATTERN:
            return ()
        return sort_out(self._group, subject).buckets

    def _holder(self, place: int, at: int) -> Holder:
        """One of the incidents as it was at an instant."""
        held = self._held[place]
        firing = sum(not _over(one, at) for one in held)
        closed = self._closes and not firing
        return Holder(
            str(place),
            created_at=held[0].created_at,
            merged_at=held[-1].created_at,
            alert_cnt=len(held),
            active_alert_cnt=firing,
            progress=Progress.CLOSED if closed else Progress.TRIGGERED,
        )


def _over(alert: Alert, at: int) -> bool:
    return any(0 < end <= at for end in (alert.end_time, alert.close_time))
