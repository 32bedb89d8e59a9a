"""Alerts and their groups in the words of Alertmanager's API: a channel's alerts that fire."""

from collections.abc import Iterable
from typing import Final

from tocsin.dialects.alertmanager_endpoint import Asked, Desk
from tocsin.dialects.alertmanager_wire import (
    AlertStatus,
    Receiver,
    WireAlert,
    WireGroup,
    fingerprint,
    is_on,
    uuid_of,
    written,
)
from tocsin.domain import label_group, label_matcher
from tocsin.domain.alert import Alert
from tocsin.domain.filter import compile_pattern
from tocsin.domain.label_matcher import LabelMatcher
from tocsin.engine import alert_standing
from tocsin.engine.alert_standing import Hidden
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import MINUTE
from tocsin.store.database import Tx

HOLDS_MS: Final = 5 * MINUTE
"""How long an alert that has no end is said to hold from now on."""
MATCHERS_MAX: Final = 100
ADDRESS: Final = "generator_url"
RUNBOOK: Final = "runbook_url"
"""Labels that alerts were given for what is no label there."""


def list_alerts(tx: Tx, desk: Desk, asked: Asked) -> list[WireAlert]:
    """List alerts that fire, by fingerprint."""
    shown = _shown(tx, desk, _chosen(tx, desk, asked))
    return sorted(shown.values(), key=_by_fingerprint)


def list_groups(tx: Tx, desk: Desk, asked: Asked) -> list[WireGroup]:
    """List alerts that fire, in the groups their channel makes of them."""
    chosen = _chosen(tx, desk, asked)
    shown = _shown(tx, desk, chosen)
    groups = [
        WireGroup(
            sorted((shown[one.id] for one in each.alerts), key=_by_fingerprint),
            _labels(each.labels),
            Receiver(desk.channel.name),
        )
        for each in label_group.grouped(desk.channel.group, [one for one, _ in chosen])
    ]
    return sorted(groups, key=lambda each: sorted(each.labels.items()))


def matchers_of(asked: Asked) -> list[LabelMatcher]:
    """What `filter` of the query says, once for every time it is there."""
    said = asked.query.get("filter", ())
    if len(said) > MATCHERS_MAX:
        raise InvalidParameter("at most {maximum} filters may be sent", maximum=MATCHERS_MAX)
    return [label_matcher.parse(each) for each in said]


def _chosen(tx: Tx, desk: Desk, asked: Asked) -> list[tuple[Alert, Hidden]]:
    """The alerts that a query lets through, newest first, and what hides them."""
    matchers = matchers_of(asked)
    if not _receives(asked, desk.channel.name):
        return []
    found = alert_standing.firing(tx, desk.account_id, desk.channel.id, matchers)
    found = [one for one in found if label_matcher.chosen(matchers, _labels(one.labels))]
    hidden = alert_standing.hidden(tx, desk.account_id, desk.channel.id, found)
    return [(one, hidden[one.id]) for one in found if _passes(asked, hidden[one.id])]


def _receives(asked: Asked, name: str) -> bool:
    wanted = asked.query.get("receiver", [""])[-1]
    if not wanted:
        return True
    try:
        return compile_pattern(f"^(?:{wanted})$").search(name) is not None
    except ValueError as problem:
        raise InvalidParameter(
            "failed to parse receiver param: {problem}", problem=problem
        ) from None


def _passes(asked: Asked, hidden: Hidden) -> bool:
    if not (hidden.silences or hidden.source):
        return is_on(asked.query, "active")
    is_left_out = (hidden.silences and not is_on(asked.query, "silenced")) or (
        hidden.source and not is_on(asked.query, "inhibited")
    )
    return not is_left_out


def _shown(tx: Tx, desk: Desk, chosen: Iterable[tuple[Alert, Hidden]]) -> dict[str, WireAlert]:
    """Alerts as they go out, by id. Where several senders say the same labels, all but the oldest
    are told apart by their ids."""
    shown: dict[str, WireAlert] = {}
    taken: set[str] = set()
    for alert, hidden in sorted(chosen, key=lambda each: each[0].id):
        labels = _labels(alert.labels)
        mark = fingerprint(labels)
        if mark in taken:
            mark = fingerprint({**labels, "": alert.id})
        taken.add(mark)
        shown[alert.id] = WireAlert(
            annotations=_annotations(alert),
            ends_at=written(alert.expires_at or tx.now + HOLDS_MS),
            fingerprint=mark,
            receivers=[Receiver(desk.channel.name)],
            starts_at=written(alert.start_time),
            status=_status(hidden),
            updated_at=written(alert.updated_at),
            generator_url=alert.labels.get(ADDRESS, ""),
            labels=labels,
        )
    return shown


def _status(hidden: Hidden) -> AlertStatus:
    source = hidden.source
    return AlertStatus(
        state="suppressed" if hidden.silences or source else "active",
        silenced_by=[uuid_of(rule.id) for rule in hidden.silences],
        inhibited_by=[fingerprint(_labels(source.labels))] if source else [],
        muted_by=[],
    )


def _labels(labels: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if name not in (ADDRESS, RUNBOOK)}


def _annotations(alert: Alert) -> dict[str, str]:
    """What an alert says beside its labels; a title that is only its name is none of it."""
    title = "" if alert.title == alert.labels.get("alertname") else alert.title
    said = {
        "summary": title,
        "description": alert.description,
        RUNBOOK: alert.labels.get(RUNBOOK, ""),
    }
    return {name: value for name, value in said.items() if value}


def _by_fingerprint(alert: WireAlert) -> str:
    return alert.fingerprint
