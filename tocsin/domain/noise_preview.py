"""What an inhibit rule would have hidden: its decision, asked again of alerts that have been."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from tocsin.domain.alert import Alert
from tocsin.domain.filter import Subject, matching
from tocsin.domain.inhibition import InhibitRule, Source, Target, decide, shared
from tocsin.domain.severity import EventStatus
from tocsin.domain.subject import of_alert
from tocsin.domain.trace import Muting, Step


class Life(Struct, frozen=True):
    """An alert, and when its incident was acknowledged (ms, 0 for never)."""

    alert: Alert
    acknowledged_at: int = 0


def inhibited(
    rule: InhibitRule, lives: Iterable[Life], moment: Callable[[Alert], int]
) -> list[tuple[Alert, Step]]:
    """The alerts that a rule would have hidden, oldest first, and by which other alert.

    Each is judged at its `moment` (ms; 0 leaves it out), among those that came before it. Of what
    was only repeated no rows remain: an alert counts as heard of until it was for the last time.
    """
    hidden: dict[str, tuple[Alert, Step]] = {}
    earlier: dict[tuple[str, ...], list[tuple[Life, Source]]] = {}
    for life in sorted(lives, key=lambda one: one.alert.id):
        alert, subject = life.alert, while_it_fired(life.alert)
        values, at = shared(rule.equals, subject), moment(alert)
        if values is None:
            continue
        known = earlier.setdefault(values, [])
        target = Target(alert.integration_id, alert.alert_key, subject)
        firing = [s for one, s in known if s.alert_id not in hidden and not _over(one, at)]
        muting = _muting(rule, target, firing, at) if at else None
        if muting:
            hidden[alert.id] = (alert, muting.step)
        if matching(rule.source_filters, subject) >= 0:
            known.append((life, _source(alert, subject)))
    return list(hidden.values())


def while_it_fired(alert: Alert) -> Subject:
    """An alert as rules saw it before it recovered, as far as that is still known."""
    subject = of_alert(alert)
    if alert.status is not EventStatus.OK:
        return subject
    return {**subject, "status": str(alert.severity)}


def _muting(rule: InhibitRule, target: Target, firing: list[Source], at: int) -> Muting | None:
    return decide([rule], target, lambda _: firing, at)


def _source(alert: Alert, subject: Subject) -> Source:
    return Source(
        alert_id=alert.id,
        integration_id=alert.integration_id,
        alert_key=alert.alert_key,
        subject=subject,
        heard_at=alert.updated_at,
    )


def _over(life: Life, at: int) -> bool:
    """Whether it did not fire any more, or people had taken it up, at an instant."""
    ends = (life.alert.end_time, life.alert.close_time, life.acknowledged_at)
    return any(0 < end <= at for end in ends)
