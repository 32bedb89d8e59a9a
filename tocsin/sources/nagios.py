"""Nagios and Icinga, through the script we ship (docs/senders/tocsin-notify).

Severities: CRITICAL, DOWN and UNREACHABLE are Critical, WARNING is Warning, UNKNOWN is Info. One
alert a host, or a service of a host. The script keeps what gets no answer and sends it later, so
any failure but 4xx is tried again.
"""

from collections.abc import Mapping
from typing import Any, Final

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import NAGIOS
from tocsin.domain.report import Acknowledgement, Remark
from tocsin.domain.severity import EventStatus
from tocsin.sources import form, payload
from tocsin.sources.answer import accepted, address_or_header_key, refused
from tocsin.sources.door import Door, Kept, Knock, Report
from tocsin.sources.source import text

_STATUSES: Final = {
    "CRITICAL": EventStatus.CRITICAL,
    "DOWN": EventStatus.CRITICAL,
    "UNREACHABLE": EventStatus.CRITICAL,
    "UNKNOWN": EventStatus.INFO,
    "OK": EventStatus.OK,
    "UP": EventStatus.OK,
}
_LABELS: Final = ("host", "service", "address", "state", "group", "url")
_CHANGES: Final = ("PROBLEM", "RECOVERY")


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    payload.required(form.sent(knock), "type", "host", "state")
    return form.meta(knock)


def _read(kept: Kept, integration: Integration) -> list[Report]:
    found = form.kept(kept)
    host, service, state = _said(found, "host"), _said(found, "service"), _said(found, "state")
    alert_key = payload.key(host, service)
    happened_at = payload.happened(found.get("time"), kept.received_at)
    kind = _said(found, "type").upper()
    if kind not in _CHANGES:
        return [_remark(kind, found, alert_key, happened_at)]
    recovered = kind == "RECOVERY"
    return [
        payload.event(
            alert_key,
            EventStatus.OK if recovered else _STATUSES.get(state.upper(), EventStatus.WARNING),
            f"{host} / {service}" if service else host,
            happened_at,
            description=payload.lines(found.get("output"), _said(found, "long_output")),
            labels=payload.labels({name: found.get(name) for name in _LABELS}),
        )
    ]


def _remark(kind: str, found: Mapping[str, Any], alert_key: str, at: int) -> Report:
    """An acknowledgement, or what else is told about a host or service: downtimes, flapping."""
    by, note = _said(found, "author")[:100], _said(found, "comment")
    if kind == "ACKNOWLEDGEMENT":
        return Acknowledgement(alert_key, at, by=by, note=note[:500])
    return Remark(alert_key, at, text=f"{kind}: {note or _said(found, 'output')}"[:2_000], by=by)


def _said(found: Mapping[str, Any], name: str) -> str:
    """A value; nothing for a macro that was not replaced. Nagios writes line ends as `\\n`."""
    said = text(found.get(name)).strip()
    return "" if said.startswith("$") and said.endswith("$") else said.replace("\\n", "\n")


SETUP: Final = """\
install -m 755 docs/senders/tocsin-notify /usr/local/bin/
install -d -o nagios -m 700 /var/spool/tocsin-notify
echo 'URL/event/push/alert/nagios?integration_key=KEY' > /etc/tocsin-notify.url
chown nagios: /etc/tocsin-notify.url; chmod 600 /etc/tocsin-notify.url
echo '* * * * * nagios /usr/local/bin/tocsin-notify' > /etc/cron.d/tocsin-notify
# Nagios: cfg_file=docs/senders/nagios.cfg; Icinga 2: include "docs/senders/icinga2.conf"
"""

DOORS: Final = (
    Door(
        plugin=NAGIOS,
        path="/event/push/alert/nagios",
        key=address_or_header_key,
        check=_check,
        read=_read,
        accepted=accepted,
        refused=refused,
        setup=SETUP,
    ),
)
