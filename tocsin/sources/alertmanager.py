"""Alertmanager's webhook, version 4: `url` of a `webhook_configs` entry.

It sends a group again on 5xx and network failures only, until the next group interval: a 429
would lose it until then.
"""

from typing import Final

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import ALERTMANAGER
from tocsin.sources import alert_group, payload
from tocsin.sources.answer import accepted, address_or_header_key, refused_for_later
from tocsin.sources.door import Door, Kept, Knock, Report


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    alert_group.check(knock.body)
    return {}


def _read(kept: Kept, integration: Integration) -> list[Report]:
    return alert_group.read(payload.json_object(kept.body), kept.received_at)


SETUP: Final = """\
# alertmanager.yml
receivers:
  - name: tocsin
    webhook_configs:
      - url: URL/event/push/alert/prometheus?integration_key=KEY
        send_resolved: true
"""

DOORS: Final = (
    Door(
        plugin=ALERTMANAGER,
        path="/event/push/alert/prometheus",
        key=address_or_header_key,
        check=_check,
        read=_read,
        accepted=accepted,
        refused=refused_for_later,
        setup=SETUP,
        methods=("POST", "PUT"),
        body_bytes_max=alert_group.GROUP_BYTES_MAX,
    ),
)
