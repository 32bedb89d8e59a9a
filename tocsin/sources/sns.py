"""Amazon SNS: CloudWatch alarms, EventBridge events and plain text, signed for by a topic.

SNS declares its JSON as text/plain, and with raw delivery sends the bare message. EventBridge can
push here without SNS too. A subscription that asks to be confirmed is confirmed by the engine,
after the signature was verified; a notification is let in by the key in its address.

An alarm is Warning, one without data Info; rules of the integration (`settings.status_rules`) say
which alarms are worse. Other events and texts are Warning and never recover.
"""

from typing import Any, Final

import msgspec

from tocsin.domain import sns
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import SNS
from tocsin.domain.report import Errand
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload
from tocsin.sources.answer import accepted, query_key, refused
from tocsin.sources.door import Door, Kept, Knock, Report
from tocsin.sources.push import DESCRIPTION_MAX
from tocsin.sources.source import instant, listing, mapping, text, word

CONFIRM: Final = "sns"
"""The method of delivery that confirms a subscription."""

ALARM_STATUSES: Final = {
    "ALARM": EventStatus.WARNING,
    "INSUFFICIENT_DATA": EventStatus.INFO,
    "OK": EventStatus.OK,
}
_ALARM_CHANGED: Final = "CloudWatch Alarm State Change"
_MESSAGE_MAX: Final = 300_000


def check(knock: Knock, integration: Integration) -> dict[str, str]:
    """Refuse what is neither of SNS nor of EventBridge; say what was asked, and the message's id."""
    if knock.headers.get("x-amz-sns-rawdelivery", "").lower() == "true":
        return {
            "type": "raw",
            "message_id": knock.headers.get("x-amz-sns-message-id", ""),
            "topic": knock.headers.get("x-amz-sns-topic-arn", ""),
        }
    sent = payload.json_object(knock.body)
    if "detail-type" in sent:
        return {"type": "event", "message_id": word(sent.get("id"), 128)}
    payload.required(sent, "Type", "MessageId", "TopicArn")
    kind = word(sent["Type"])
    if kind not in sns.SIGNED:
        raise InvalidParameter("Type {value} is none that Amazon SNS sends", value=kind)
    if kind == sns.SUBSCRIPTION:
        _require_amazon(sent, "SigningCertURL", "SubscribeURL")
        payload.required(sent, "Token", "Timestamp", "Signature", "SignatureVersion")
    return {"type": kind, "message_id": word(sent["MessageId"], 128)}


def read(kept: Kept, integration: Integration) -> list[Report]:
    """The alert in a notification, or the confirmation that a subscription asks for."""
    kind = kept.meta.get("type", "")
    if kind == "raw":
        return [_message(payload.plain(kept.body), kept, kept.meta.get("topic", ""))]
    sent = payload.json_object(kept.body)
    if kind == "event":
        return [_bridged(sent, kept, "")]
    if kind == sns.SUBSCRIPTION:
        return [_confirmation(sent)]
    if kind == sns.UNSUBSCRIPTION:
        return []
    topic = word(sent.get("TopicArn"))
    message = text(sent.get("Message"), _MESSAGE_MAX)
    return [
        _message(message, kept, topic, word(sent.get("Subject")), instant(sent.get("Timestamp")))
    ]


def _require_amazon(sent: dict[str, Any], *names: str) -> None:
    for name in names:
        if not sns.is_amazon(word(sent.get(name), 4096)):
            raise InvalidParameter("{field} is no https address of Amazon SNS", field=name)


def _confirmation(sent: dict[str, Any]) -> Errand:
    names = (*sns.SIGNED[sns.SUBSCRIPTION], "Signature", "SignatureVersion", "SigningCertURL")
    asked = {name: word(sent.get(name), 8192) for name in names}
    return Errand(CONFIRM, asked["TopicArn"], msgspec.json.encode(asked), asked["MessageId"])


def _message(
    message: str, kept: Kept, topic: str, subject: str = "", sent_at: int = 0
) -> AlertEvent:
    """What a topic passed on: an alarm, an EventBridge event, or just text."""
    try:
        inside = mapping(payload.json_value(message.encode()))
    except InvalidParameter:
        inside = {}
    if "NewStateValue" in inside and "AlarmName" in inside:
        return _alarm(inside, kept, topic)
    if "detail-type" in inside and "source" in inside:
        return _bridged(inside, kept, topic)
    message_id = kept.meta.get("message_id", "")
    return payload.event(
        payload.key("sns", message_id) if message_id else payload.key("sns", topic, message),
        EventStatus.WARNING,
        subject or message.partition("\n")[0],
        sent_at or kept.received_at,
        description=message,
        labels=payload.labels({"topic": topic, "subject": subject}),
        message_id=message_id,
    )


def _alarm(alarm: dict[str, Any], kept: Kept, topic: str) -> AlertEvent:
    trigger = mapping(alarm.get("Trigger"))
    dimensions = {
        word(one.get("name")): one.get("value")
        for one in map(mapping, listing(trigger.get("Dimensions")))
    }
    state = word(alarm.get("NewStateValue"))
    name = word(alarm.get("AlarmName"))
    where = (word(alarm.get("AWSAccountId")), word(alarm.get("Region")))
    return payload.event(
        payload.key(alarm.get("AlarmArn")) or payload.key(*where, name),
        ALARM_STATUSES.get(state, EventStatus.WARNING),
        name,
        instant(alarm.get("StateChangeTime")) or kept.received_at,
        description=payload.lines(alarm.get("AlarmDescription"), alarm.get("NewStateReason")),
        labels=payload.labels(
            {
                "alarm_name": name,
                "aws_account": where[0],
                "region": where[1],
                "state": state,
                "namespace": trigger.get("Namespace"),
                "metric": trigger.get("MetricName"),
                "threshold": trigger.get("Threshold"),
                "topic": topic,
            },
            dimensions,
        ),
        message_id=kept.meta.get("message_id", ""),
    )


def _bridged(event: dict[str, Any], kept: Kept, topic: str) -> AlertEvent:
    """An EventBridge event; only alarms among them say when it is over."""
    detail = mapping(event.get("detail"))
    kind = word(event.get("detail-type"))
    resources = [word(one) for one in listing(event.get("resources"))]
    labels = {
        "source": event.get("source"),
        "detail_type": kind,
        "aws_account": event.get("account"),
        "region": event.get("region"),
        "resource": ", ".join(resources[:5]),
        "topic": topic,
    }
    status, title = EventStatus.WARNING, kind
    alert_key = payload.key(event.get("source"), kind, *resources) if resources else ""
    description = text(detail, DESCRIPTION_MAX)
    if kind == _ALARM_CHANGED:
        state = mapping(detail.get("state"))
        status = ALARM_STATUSES.get(word(state.get("value")), EventStatus.WARNING)
        title = word(detail.get("alarmName"))
        alert_key = payload.key(*resources[:1]) or payload.key(event.get("account"), title)
        description = word(state.get("reason"), DESCRIPTION_MAX)
        labels |= {"alarm_name": title, "state": state.get("value")}
    return payload.event(
        alert_key or payload.key(event.get("source"), kind, event.get("id")),
        status,
        title,
        instant(event.get("time")) or kept.received_at,
        description=description,
        labels=payload.labels(labels),
        message_id=kept.meta.get("message_id", ""),
    )


SETUP: Final = """\
aws sns subscribe --topic-arn ARN --protocol https \\
  --notification-endpoint 'URL/event/push/alert/aws-cloudwatch?integration_key=KEY'
# or an EventBridge API destination with this address
URL/event/push/alert/aws-eventbridge?integration_key=KEY
"""

DOORS: Final = tuple(
    Door(
        plugin=SNS,
        path=path,
        key=query_key,
        check=check,
        read=read,
        accepted=accepted,
        refused=refused,
        setup=SETUP,
    )
    for path in (
        "/event/push/alert/aws-cloudwatch",
        "/event/push/alert/aws-eventbridge",
        "/event/push/alert/sns",
    )
)
