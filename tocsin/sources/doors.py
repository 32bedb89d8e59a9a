"""Every door that monitoring systems push through. A new sender is a file here and a line below.

The edge routes by this list, the engine finds by it what reads an entry, the docs are made of it.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.change import ChangeEvent
from tocsin.domain.integration import Integration
from tocsin.domain.status_rule import judged
from tocsin.kernel.text import masked
from tocsin.sources import (
    alertmanager,
    alertmanager_api,
    azure,
    change,
    cloudevents,
    datadog,
    gcp,
    generic,
    goalert,
    grafana,
    mail,
    nagios,
    nightingale,
    oncall,
    opsgenie,
    pagerduty,
    pagerduty_change,
    sentry_webhook,
    sns,
    standard,
    uptime_kuma,
    victorops,
    zabbix,
)
from tocsin.sources.door import Door, Kept, Report

DOORS: Final[tuple[Door, ...]] = (
    *standard.DOORS,
    *change.DOORS,
    *alertmanager.DOORS,
    *alertmanager_api.DOORS,
    *grafana.DOORS,
    *pagerduty.DOORS,
    *pagerduty_change.DOORS,
    *victorops.DOORS,
    *nightingale.DOORS,
    *zabbix.DOORS,
    *nagios.DOORS,
    *uptime_kuma.DOORS,
    *oncall.DOORS,
    *opsgenie.DOORS,
    *goalert.DOORS,
    *azure.DOORS,
    *cloudevents.DOORS,
    *datadog.DOORS,
    *gcp.DOORS,
    *sentry_webhook.DOORS,
    *sns.DOORS,
    *generic.DOORS,
    *mail.DOORS,
)

OVERRIDES: Final = ("layer_person_reset_", "layer_webhook_reset_")
"""How parameters of a push address begin that name whom to tell."""

Event: TypeAlias = AlertEvent | ChangeEvent

_TEXTS: Final = (
    "alert_key",
    "change_key",
    "title",
    "title_rule",
    "description",
    "link",
    "message_id",
)

MARK: Final = "door"
"""The entry in the meta of what is kept that says which door it came through."""

_BY_PATH: Final = {door.path: door for door in DOORS}


def mark(door: Door, meta: Mapping[str, str]) -> dict[str, str]:
    """The meta to keep with what came through a door."""
    return {**meta, MARK: door.path}


def of(meta: Mapping[str, str]) -> Door:
    """The door that something came through; ValueError where this version does not have it."""
    door = _BY_PATH.get(meta.get(MARK, ""))
    if door is None:
        raise ValueError(f"this version has no door {meta.get(MARK)}")
    return door


def read(kept: Kept, integration: Integration) -> list[Report]:
    """What an accepted push says, as its own door reads it.

    Raises InvalidParameter for what cannot be read after all, and ValueError for what came
    through a door that this version does not have.
    """
    wishes = whom_to_tell(kept.meta)
    found = of(kept.meta).read(kept, integration)
    return [judge(_wishing(report, wishes), integration) for report in found]


def whom_to_tell(meta: Mapping[str, str]) -> dict[str, str]:
    """What a push address said of whom to tell; it counts as labels of every event."""
    return {name: value for name, value in meta.items() if name.startswith(OVERRIDES)}


def _wishing(report: Report, wishes: Mapping[str, str]) -> Report:
    if not wishes or not isinstance(report, AlertEvent):
        return report
    return replace(report, labels={**report.labels, **wishes})


def judge(report: Report, integration: Integration) -> Report:
    """A report with the status that its integration gives it, and without the key it came with:
    more people read alerts than may push them."""
    if not isinstance(report, AlertEvent | ChangeEvent):
        return report
    bare = _without(integration.key, report)
    if not isinstance(bare, AlertEvent):
        return bare
    return judged(integration.settings.status_rules, bare, integration.id)


def _without(key: str, report: Event) -> Event:
    texts = {name: getattr(report, name, "") for name in _TEXTS}
    found = {name: bare for name, said in texts.items() if (bare := masked(said, key)) is not said}
    labels = {name: masked(value, key) for name, value in report.labels.items()}
    if not found and labels == report.labels:
        return report
    return replace(report, labels=labels, **found)
