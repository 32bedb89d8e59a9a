"""Kinds of integrations: what can send to us, and what we report to. One line each."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from tocsin.kernel.errors import InvalidParameter


class Category(StrEnum):
    """What an integration is for, as lists are narrowed by it."""

    ALERT = "event.alert"
    CHANGE = "event.change"
    WEBHOOK = "webhook"
    IM = "im"
    OTHER = "other"


class Plugin(Struct, frozen=True):
    """A kind of integration. `id` and `type` both name it on the wire."""

    id: int
    type: str
    name: str
    category: Category


STANDARD_ALERT: Final = Plugin(1, "standard.alert", "Standard alert", Category.ALERT)
STANDARD_CHANGE: Final = Plugin(2, "change.standard", "Standard change", Category.CHANGE)
ALERTMANAGER: Final = Plugin(10, "prometheus", "Prometheus and Alertmanager", Category.ALERT)
GRAFANA: Final = Plugin(11, "grafana", "Grafana", Category.ALERT)
PAGERDUTY: Final = Plugin(12, "pagerduty", "PagerDuty Events", Category.ALERT)
OPSGENIE: Final = Plugin(13, "opsgenie", "Opsgenie alerts", Category.ALERT)
VICTOROPS: Final = Plugin(14, "victorops", "VictorOps (Splunk On-Call)", Category.ALERT)
NIGHTINGALE: Final = Plugin(15, "n9e", "Nightingale", Category.ALERT)
ZABBIX: Final = Plugin(16, "zabbix", "Zabbix", Category.ALERT)
NAGIOS: Final = Plugin(17, "nagios", "Nagios and Icinga", Category.ALERT)
UPTIME_KUMA: Final = Plugin(18, "uptime-kuma", "Uptime Kuma", Category.ALERT)
ONCALL: Final = Plugin(19, "oncall", "Grafana OnCall senders", Category.ALERT)
GOALERT: Final = Plugin(20, "goalert", "GoAlert senders", Category.ALERT)
SNS: Final = Plugin(30, "aws-cloudwatch", "Amazon SNS and CloudWatch", Category.ALERT)
DATADOG: Final = Plugin(31, "datadog", "Datadog", Category.ALERT)
SENTRY: Final = Plugin(32, "sentry.alert", "Sentry webhooks", Category.ALERT)
AZURE: Final = Plugin(33, "azure-monitor", "Azure Monitor", Category.ALERT)
GCP: Final = Plugin(34, "google-cloud-monitoring", "Google Cloud Monitoring", Category.ALERT)
CLOUDEVENTS: Final = Plugin(35, "cloudevents", "CloudEvents", Category.ALERT)
EMAIL: Final = Plugin(40, "email", "E-mail", Category.ALERT)
GENERIC: Final = Plugin(41, "generic", "Any JSON, by template", Category.ALERT)
HEARTBEAT: Final = Plugin(42, "heartbeat", "Heartbeat", Category.ALERT)
RUM: Final = Plugin(43, "rum.issue", "Issues of RUM applications", Category.ALERT)
INCIDENT_WEBHOOK: Final = Plugin(302, "incident.webhook", "Incident webhook", Category.WEBHOOK)
ALERT_WEBHOOK: Final = Plugin(301, "alert.webhook", "Alert webhook", Category.WEBHOOK)
CUSTOM_ACTION: Final = Plugin(303, "custom.action", "Custom action", Category.WEBHOOK)
LINK: Final = Plugin(304, "link", "Link", Category.OTHER)
SLACK_APP: Final = Plugin(501, "slack_app", "Slack app", Category.IM)
FEISHU_APP: Final = Plugin(502, "feishu_app", "Feishu app", Category.IM)

PLUGINS: Final = tuple(found for found in tuple(globals().values()) if isinstance(found, Plugin))

PUSHED: Final = (Category.ALERT, Category.CHANGE)
"""Kinds that push to us; what one of them says builds on what it said before."""


def plugin(plugin_id: int, plugin_type: str) -> Plugin:
    """The kind that either its id or its type names; InvalidParameter for one unknown."""
    for known in PLUGINS:
        if known.id == plugin_id or (not plugin_id and known.type == plugin_type):
            return known
    raise InvalidParameter(
        "plugin {value} is not known; docs/senders.md names the plugin_type of every sender",
        value=plugin_id or plugin_type,
    )
