"""The fields that questions may name, by scope, and the columns they stand for.

Every field is a column of its own: nothing is looked for inside JSON.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import func, true

from tocsin.domain.rum import RumKind
from tocsin.domain.rum_query import FieldKind, Scope
from tocsin.store import issue_fields
from tocsin.store.rum_field import (
    Field,
    Source,
    facet,
    flag,
    nanoseconds,
    number,
    text,
    text_test,
    time,
)
from tocsin.store.tables.issue import issue, issue_event
from tocsin.store.tables.rum import rum_event, rum_session

_ERROR: Final = {
    "event_id": text(issue_event.c.event_id),
    "issue_id": text(issue_event.c.issue_id),
    "application_id": facet(issue_event.c.application_id),
    "version": facet(issue_event.c.version),
    "env": facet(issue_event.c.env),
    "is_crash": flag(issue_event.c.is_crash),
    "user_id": text(issue_event.c.user_id),
    "session_id": text(issue_event.c.session_id),
    "url": text(issue_event.c.url),
    "service": facet(func.coalesce(issue.c.service, "")),
    "error_type": facet(func.coalesce(issue.c.error_type, "")),
    "error_message": text(func.coalesce(issue.c.error_message, "")),
    "severity": Field(
        FieldKind.TEXT, issue.c.severity, is_facet=True, test=text_test(issue.c.severity)
    ),
    "time": time(issue_event.c.occurred_at),
    "received_at": time(issue_event.c.received_at),
}
_EVENT: Final = {
    "event_id": text(rum_event.c.event_id),
    "application_id": facet(rum_event.c.application_id),
    "session_id": text(rum_event.c.session_id),
    "session_type": facet(rum_event.c.session_type),
    "view_id": text(rum_event.c.view_id),
    "user_id": text(rum_event.c.user_id),
    "user_name": text(rum_event.c.user_name),
    "user_email": text(rum_event.c.user_email),
    "service": facet(rum_event.c.service),
    "env": facet(rum_event.c.env),
    "version": facet(rum_event.c.version),
    "url": text(rum_event.c.url),
    "name": facet(rum_event.c.name),
    "type": facet(rum_event.c.type),
    "status": Field(FieldKind.NUMBER, rum_event.c.status, is_facet=True),
    "duration": nanoseconds(rum_event.c.duration_ns),
    "has_replay": flag(rum_event.c.has_replay),
    "time": time(rum_event.c.occurred_at),
}
_SESSION: Final = {
    "session_id": text(rum_session.c.session_id),
    "application_id": facet(rum_session.c.application_id),
    "type": facet(rum_session.c.type),
    "service": facet(rum_session.c.service),
    "env": facet(rum_session.c.env),
    "version": facet(rum_session.c.version),
    "url": text(rum_session.c.url),
    "user_id": text(rum_session.c.user_id),
    "user_name": text(rum_session.c.user_name),
    "user_email": text(rum_session.c.user_email),
    "has_replay": flag(rum_session.c.has_replay),
    "is_crash": flag(rum_session.c.is_crash),
    "view_count": number(rum_session.c.view_count),
    "action_count": number(rum_session.c.action_count),
    "resource_count": number(rum_session.c.resource_count),
    "long_task_count": number(rum_session.c.long_task_count),
    "vital_count": number(rum_session.c.vital_count),
    "error_count": number(rum_session.c.error_count),
    "duration": number(rum_session.c.last_seen_at - rum_session.c.started_at),
    "time": time(rum_session.c.started_at),
    "last_seen": time(rum_session.c.last_seen_at),
}
_COMMON: Final = {"usr_id": "user_id", "usr_name": "user_name", "usr_email": "user_email"}
_PLACE: Final = {"view_url": "url", "date": "time", "resource_status_code": "status"}
_OWN_NAMES: Final = {
    RumKind.VIEW: {"view_name": "name", "view_loading_type": "type", "view_time_spent": "duration"},
    RumKind.ACTION: {"action_name": "name", "action_target_name": "name", "action_type": "type"},
    RumKind.RESOURCE: {
        "resource_url": "name",
        "resource_type": "type",
        "resource_status_code": "status",
        "status_code": "status",
    },
}


def _events(kind: RumKind) -> Source:
    return Source(
        rows=rum_event,
        mine=rum_event.c.kind == kind,
        account_id=rum_event.c.account_id,
        application_id=rum_event.c.application_id,
        at=rum_event.c.occurred_at,
        fields=_EVENT,
        text=func.lower(rum_event.c.name),
        aliases={**_COMMON, **_PLACE, **_OWN_NAMES.get(kind, {})},
    )


SOURCES: Final[Mapping[Scope, Source]] = {
    Scope.ISSUE: Source(
        rows=issue,
        mine=issue.c.merged_into == "",
        account_id=issue.c.account_id,
        application_id=issue.c.application_id,
        at=issue.c.last_seen_at,
        fields=issue_fields.FIELDS,
        text=issue.c.search,
        said=issue_fields.said,
        tagged=issue_fields.tagged,
        aliases={
            **_COMMON,
            "id": "issue_id",
            "type": "error_type",
            "message": "error_message",
            "versions": "version",
            "suspected_cause_value": "suspected_cause",
            "error_is_crash": "is_crash",
            "first_seen_timestamp": "first_seen",
            "last_seen_timestamp": "last_seen",
        },
    ),
    Scope.ERROR: Source(
        rows=issue_event.outerjoin(issue, issue.c.issue_id == issue_event.c.issue_id),
        mine=true(),
        account_id=issue_event.c.account_id,
        application_id=issue_event.c.application_id,
        at=issue_event.c.received_at,
        fields=_ERROR,
        text=func.coalesce(issue.c.search, ""),
        aliases={
            **_COMMON,
            "view_url": "url",
            "type": "error_type",
            "message": "error_message",
            "date": "time",
            "id": "event_id",
        },
    ),
    Scope.SESSION: Source(
        rows=rum_session,
        mine=true(),
        account_id=rum_session.c.account_id,
        application_id=rum_session.c.application_id,
        at=rum_session.c.started_at,
        fields=_SESSION,
        text=func.lower(rum_session.c.url),
        aliases={**_COMMON, "id": "session_id", "started_at": "time"},
    ),
    **{Scope(kind): _events(kind) for kind in RumKind if kind is not RumKind.ERROR},
}
