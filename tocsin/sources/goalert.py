"""Addresses of a GoAlert install, so that its senders may stay as they are.

An alert is named by `dedup`, else by its summary less the word for its state: a sender that says
`[shop] [🔴 Down]` first and `[shop] [✅ Up]` later means the same alert.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import GOALERT
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import alert_group, form, grafana_body, payload, severity_words
from tocsin.sources.answer import header_key, json_reply, query_key, refused_for_later
from tocsin.sources.door import Door, Kept, Knock, Reply, Report
from tocsin.sources.source import Unreadable, mapping, parse_json, text, word
from tocsin.sources.stateless_title import without_state


def _key(knock: Knock) -> str:
    named = knock.query.get("token") or knock.query.get("integrationKey")
    return named or query_key(knock) or header_key(knock)


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    found = form.sent(knock)
    if not _alert_key(found):
        raise InvalidParameter("{field} is required", field="summary")
    return {**form.meta(knock), "alert_key": _alert_key(found)}


def _alert_key(found: Mapping[str, Any]) -> str:
    return payload.key(found.get("dedup")) or payload.key(without_state(text(found.get("summary"))))


def _read(kept: Kept, integration: Integration) -> list[Report]:
    found = form.kept(kept)
    meta = _meta(found.get("meta"))
    closes = word(found.get("action")).lower() == "close"
    return [
        payload.event(
            kept.meta["alert_key"],
            EventStatus.OK if closes else severity_words.of_labels(meta),
            text(found.get("summary")) or kept.meta["alert_key"],
            kept.received_at,
            description=text(found.get("details")),
            labels=payload.labels(meta),
        )
    ]


def _meta(value: Any) -> dict[str, Any]:
    if not isinstance(value, str):
        return mapping(value)
    try:
        return mapping(parse_json(value.encode()))
    except Unreadable:
        name, _, said = value.partition("=")
        return {name: said}


def _accepted(knock: Knock, meta: Mapping[str, str], request_id: str) -> Reply:
    """Nothing, or for who wants JSON a number that is the same for one alert's events; whether it
    is new is not known yet."""
    if "application/json" not in knock.headers.get("accept", ""):
        return Reply(204)
    made = int.from_bytes(blake2b(meta.get("alert_key", "").encode(), digest_size=6).digest())
    return json_reply(
        200, {"AlertID": made, "ServiceID": meta.get("channel_id", ""), "IsNew": False}
    )


def _check_group(knock: Knock, integration: Integration) -> dict[str, str]:
    grafana_body.check(knock.body)
    return {}


def _read_group(kept: Kept, integration: Integration) -> list[Report]:
    return grafana_body.read(kept.body, kept.received_at)


def _no_more(knock: Knock, meta: Mapping[str, str], request_id: str) -> Reply:
    return Reply(204)


SETUP: Final = """\
curl -sS 'URL/api/v2/generic/incoming?token=KEY' -d 'summary=Disk is full' -d dedup=disk
curl -sS 'URL/api/v2/generic/incoming?token=KEY' -d action=close -d dedup=disk
"""

DOORS: Final = (
    *(
        Door(
            plugin=GOALERT,
            path=path,
            key=_key,
            check=_check,
            read=_read,
            accepted=_accepted,
            refused=refused_for_later,
            setup=SETUP,
            methods=("POST", "GET"),
        )
        for path in ("/event/push/alert/goalert", "/api/v2/generic/incoming")
    ),
    *(
        Door(
            plugin=GOALERT,
            path=path,
            key=_key,
            check=_check_group,
            read=_read_group,
            accepted=_no_more,
            refused=refused_for_later,
            setup=SETUP,
            body_bytes_max=alert_group.GROUP_BYTES_MAX,
        )
        for path in ("/api/v2/grafana/incoming", "/api/v2/prometheusalertmanager/incoming")
    ),
)
