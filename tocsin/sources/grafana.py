"""Grafana: its alerting webhook, its OnCall contact point, and the webhook of Grafana before 9.

Severities: the label `severity`, `priority` or `level`, else Warning; the older webhook's
alerting is Warning, no_data Critical. Grafana never repeats what was refused.
"""

from typing import Final

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import GRAFANA
from tocsin.sources import grafana_body
from tocsin.sources.alert_group import GROUP_BYTES_MAX
from tocsin.sources.answer import accepted, address_or_header_key, refused_for_later
from tocsin.sources.door import Door, Kept, Knock, Report


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    grafana_body.check(knock.body)
    return {}


def _read(kept: Kept, integration: Integration) -> list[Report]:
    return grafana_body.read(kept.body, kept.received_at)


SETUP: Final = """\
# provisioning/alerting/tocsin.yaml; or a contact point "Webhook" (or "Grafana OnCall") with this url
apiVersion: 1
contactPoints:
  - name: tocsin
    receivers:
      - uid: tocsin
        type: webhook
        settings: {url: "URL/event/push/alert/grafana?integration_key=KEY"}
"""

DOORS: Final = (
    Door(
        plugin=GRAFANA,
        path="/event/push/alert/grafana",
        key=address_or_header_key,
        check=_check,
        read=_read,
        accepted=accepted,
        refused=refused_for_later,
        setup=SETUP,
        methods=("POST", "PUT"),
        body_bytes_max=GROUP_BYTES_MAX,
    ),
)
