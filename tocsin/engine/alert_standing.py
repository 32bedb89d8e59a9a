"""The alerts of a channel that fire, with the silences that hide them now."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from tocsin.domain import silence
from tocsin.domain.alert import Alert
from tocsin.domain.filter import is_pattern
from tocsin.domain.label_matcher import LabelMatcher
from tocsin.domain.silence import SilenceRule
from tocsin.domain.subject import of_alert
from tocsin.domain.trace import Stage
from tocsin.engine.account_time import moment
from tocsin.kernel.paging import Window
from tocsin.store import alert as alerts
from tocsin.store import alert_list
from tocsin.store import noise_rule as rules
from tocsin.store.alert_list import Order, Wanted
from tocsin.store.database import Tx
from tocsin.store.noise_rule import SILENCES

FIRING_MAX: Final = 10_000
SOURCE: Final = "source_alert_id"


class Hidden(Struct, frozen=True):
    """Why an alert is hidden: the silences that match it now, and the alert it is inhibited by."""

    silences: list[SilenceRule]
    source: Alert | None


def firing(
    tx: Tx, account_id: int, channel_id: int, matchers: Iterable[LabelMatcher]
) -> list[Alert]:
    """The newest alerts that neither ended nor expired, FIRING_MAX at most.

    The database leaves out what `matchers` of one value exclude; the rest of them is the caller's.
    """
    labels = {
        one.name: (one.value,)
        for one in matchers
        if one.value and one.is_equal and not one.is_regex and not is_pattern(one.value)
    }
    wanted = Wanted(channel_ids=(channel_id,), is_active=True, labels=labels)
    window = Window(0, FIRING_MAX)
    found = alert_list.page(tx, account_id, wanted, Order.CREATED, window, ascending=False)
    return [one for one in found[:FIRING_MAX] if one.is_open and not 0 < one.expires_at <= tx.now]


def hidden(tx: Tx, account_id: int, channel_id: int, found: Iterable[Alert]) -> dict[str, Hidden]:
    """What hides each of these alerts, by its id. Whether a silence does is asked of the rules as
    they are now, not of what happened when the alert was last heard of."""
    kept = list(found)
    now = moment(tx, account_id, tx.now)
    in_force = rules.in_force(tx, SILENCES, account_id, channel_id)
    silences = [one for one in in_force if silence.is_effective(one, now)]
    source_ids = {one.id: _source_id(one) for one in kept}
    known = alerts.get_many(tx, account_id, {one for one in source_ids.values() if one})
    sources = {one.id: one for one in known}
    return {
        one.id: Hidden(
            silence.silencing(silences, of_alert(one), now) if silences else [],
            sources.get(source_ids[one.id]),
        )
        for one in kept
    }


def _source_id(alert: Alert) -> str:
    by = alert.muted_by
    return by.detail.get(SOURCE, "") if by and by.stage is Stage.INHIBIT else ""
