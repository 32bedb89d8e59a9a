"""Grafana: its alerting webhook, its OnCall contact point, and the webhook of Grafana before 9.

Severities: the label `severity`, `priority` or `level`, else Warning; the older webhook's
alerting is Warning, no_data Critical. Grafana never repeats what was refused.

With a signing secret, a body that is not signed with it is refused. For a signature over time and
body give X-Grafana-Alerting-Timestamp to Grafana as the name of the timestamp header.
"""

import hmac
from hashlib import sha256
from typing import Final

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import GRAFANA
from tocsin.kernel.errors import Unauthorized
from tocsin.sources import grafana_body
from tocsin.sources.alert_group import GROUP_BYTES_MAX
from tocsin.sources.answer import accepted, address_or_header_key, refused_for_later
from tocsin.sources.door import Door, Kept, Knock, Report

SIGNATURE: Final = "x-grafana-alerting-signature"
TIMESTAMP: Final = "x-grafana-alerting-timestamp"


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    _require_signature(knock)
    grafana_body.check(knock.body)
    return {}


def _require_signature(knock: Knock) -> None:
    if not knock.secret:
        return
    stamp = knock.headers.get(TIMESTAMP, "")
    signed = f"{stamp}:".encode() + knock.body if stamp else knock.body
    wanted = hmac.new(knock.secret.encode(), signed, sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), knock.headers.get(SIGNATURE, "").lower().encode()):
        raise Unauthorized("the body is not signed with the secret of this integration")


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
