"""What notification templates see of an incident."""

from collections.abc import Callable, Sequence
from functools import cache

from msgspec import Struct, UnsetType

from tocsin.domain.alert import Alert
from tocsin.domain.go_template.functions import Function
from tocsin.domain.go_template.values import Record, Texts
from tocsin.domain.incident import Incident
from tocsin.domain.incident_view import IncidentView, PersonShort
from tocsin.domain.page import Step
from tocsin.kernel.units import seconds

LoadAlerts = Callable[[], Sequence[Alert]]


class Subject(Struct, frozen=True):
    """An incident to tell of. `times` counts how often it was told of, this one included;
    `alerts` is asked only by templates that look at alerts."""

    incident: Incident
    view: IncidentView
    step: Step
    times: int = 1
    alerts: LoadAlerts = tuple


def record(subject: Subject) -> Record:
    """The incident with the names that templates know."""
    seen, incident = subject.view, subject.incident

    @cache
    def alerts() -> list[object]:
        return [_alert(one) for one in subject.alerts()]

    return Record(
        "Incident",
        {
            **_texts(seen),
            **_instants(seen),
            **_people(seen),
            "AlertCnt": seen.alert_cnt,
            "ActiveAlertCnt": seen.active_alert_cnt,
            "AlertEventCnt": seen.alert_event_cnt,
            "Alerts": _method("Alerts", alerts),
            "Labels": Texts(seen.labels),
            "Fields": dict(seen.fields),
            "Images": [
                Record("Image", {"Src": one.src, "Href": one.href, "Alt": one.alt})
                for one in seen.images
            ],
            "ChannelID": seen.channel_id,
            "FireType": subject.step.fire_type,
            "FireTimes": subject.times,
            "IsFlapping": incident.is_flapping,
            "IsInStorm": bool(incident.storm),
            "Flapping": incident.is_flapping,
            "FireCause": str(subject.step.cause),
        },
    )


def _method(name: str, call: Callable[[], object]) -> Function:
    return Function(
        name=name,
        call=call,
        takes=(),
        rest=None,
        least=0,
        signature="",
        about="",
        example="",
        gives="",
        light=True,
    )


def _texts(seen: IncidentView) -> dict[str, object]:
    return {
        "ID": seen.incident_id,
        "Title": seen.title,
        "Description": seen.description,
        "Num": seen.num,
        "DetailUrl": seen.detail_url,
        "IncidentSeverity": str(seen.incident_severity),
        "IncidentStatus": str(seen.incident_status),
        "Progress": str(seen.progress),
        "ChannelName": seen.channel_name,
        "AccountName": seen.account_name,
        "AccountLocale": seen.account_locale,
        "AccountTimeZone": seen.account_time_zone,
        "GroupMethod": str(seen.group_method),
        "Impact": seen.impact,
        "RootCause": seen.root_cause,
        "Resolution": seen.resolution,
        "AISummary": seen.ai_summary,
    }


def _instants(seen: IncidentView) -> dict[str, object]:
    return {
        "StartTime": seen.start_time,
        "LastTime": seen.last_time,
        "EndTime": seen.end_time,
        "AckTime": seen.ack_time,
        "CloseTime": seen.close_time,
        "SnoozedBefore": seen.snoozed_before,
    }


def _people(seen: IncidentView) -> dict[str, object]:
    held = seen.assigned_to
    return {
        "Creator": _person(seen.creator),
        "Closer": _person(seen.closer),
        "Owner": _person(seen.owner),
        "Responders": [
            Record(
                "Responder",
                {
                    "PersonID": one.person_id,
                    "PersonName": one.person_name,
                    "Email": one.email,
                    "AssignedAt": one.assigned_at,
                    "AcknowledgedAt": one.acknowledged_at,
                },
            )
            for one in seen.responders
        ],
        "AssignedTo": Record(
            "AssignedTo",
            {
                "PersonIDs": list(held.person_ids),
                "EscalateRuleID": held.escalate_rule_id,
                "EscalateRuleName": held.escalate_rule_name,
                "LayerIdx": held.layer_idx,
                "Type": str(held.type),
            },
        ),
    }


def _person(person: PersonShort | UnsetType) -> object:
    """The person; nothing where there is none, so that `{{with .Closer}}` passes by."""
    if not person:
        return None
    return Record(
        "Person",
        {"PersonID": person.person_id, "PersonName": person.person_name, "Email": person.email},
    )


def _alert(alert: Alert) -> Record:
    return Record(
        "Alert",
        {
            "Title": alert.title,
            "Description": alert.description,
            "AlertSeverity": str(alert.severity),
            "AlertStatus": str(alert.status),
            "StartTime": seconds(alert.start_time),
            "LastTime": seconds(alert.last_time),
            "EndTime": seconds(alert.end_time),
            "Labels": Texts(alert.labels),
        },
    )
