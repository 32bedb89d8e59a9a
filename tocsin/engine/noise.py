"""What the rules of a channel keep away from people: the stages drop, silence and inhibit."""

from tocsin.domain import drop_rule, inhibition, silence, subject
from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.inhibition import Target
from tocsin.domain.time_filter import Moment
from tocsin.domain.trace import Muting, Passed
from tocsin.engine.alert_batch import Board
from tocsin.engine.channel_rules import ChannelRules


def drop(event: AlertEvent, integration_id: int, rules: ChannelRules) -> Passed:
    """End the way of an event that the channel does not want."""
    if not rules.drops:
        return Passed(event)
    step = drop_rule.decide(rules.drops, subject.of_event(event, integration_id))
    return Passed(None, (step,)) if step else Passed(event)


def silenced(
    alert: Alert, event: AlertEvent, rules: ChannelRules, _board: Board, at: int
) -> Muting | None:
    """Why an alert is silent at the instant its event came."""
    if not rules.silences:
        return None
    seen = subject.of_event(event, alert.integration_id)
    return silence.decide(rules.silences, seen, Moment(at, rules.zone, rules.calendars))


def inhibited(
    alert: Alert, event: AlertEvent, rules: ChannelRules, board: Board, _at: int
) -> Muting | None:
    """Why an alert needs no incident: another one explains it."""
    if not rules.inhibits:
        return None
    seen = subject.of_event(event, alert.integration_id)
    target = Target(alert.integration_id, alert.alert_key, seen)
    return inhibition.decide(
        rules.inhibits, target, lambda rule: board.sources.of(rule, target), board.now
    )
