"""The fields that questions may name, by scope, and the columns they stand for.

Every field is a column of its own: nothing is looked for inside JSON.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, FromClause, case, func, literal, not_, select, true

from tocsin.domain.issue import STATUS_OF, Stage, Status, stages_of
from tocsin.domain.issue_cause import Cause
from tocsin.domain.rum import RumKind
from tocsin.domain.rum_query import FieldKind, Scope
from tocsin.domain.severity import Severity
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.text import fold
from tocsin.kernel.units import SECOND
from tocsin.store.tables.issue import issue, issue_assignee, issue_event, issue_version
from tocsin.store.tables.rum import rum_event, rum_session

Condition = ColumnElement[bool]
Test = Callable[[tuple[str, ...]], Condition]
NANOSECONDS: Final = 1_000_000


class Field(Struct, frozen=True):
    """A field: its column, which holds `scale` times what is shown, and for a duration `per_ms` to
    a millisecond; `test` compares it with the pieces of a word in a way of its own. A facet's
    values are few enough to be counted."""

    kind: FieldKind
    column: ColumnElement[Any] | None = None
    scale: int = 1
    per_ms: int = 1
    is_facet: bool = False
    test: Test | None = None


class Source(Struct, frozen=True):
    """Where a scope is read: rows, the conditions that make them its own, whose they are and when
    they happened, its fields, and the text that bare words are looked for in."""

    rows: FromClause
    mine: Condition
    account_id: ColumnElement[int]
    application_id: ColumnElement[str]
    at: ColumnElement[int]
    fields: Mapping[str, Field]
    text: ColumnElement[str]
    aliases: Mapping[str, str] = {}


def pattern(pieces: tuple[str, ...]) -> str:
    """A LIKE pattern (escape `\\`) of pieces with anything between them."""
    return "%".join(
        fold(piece).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        if piece.strip()
        else piece
        for piece in pieces
    )


def text_test(column: ColumnElement[Any]) -> Test:
    """Equal to the whole value, or like it where there are wildcards; case does not matter."""

    def compare(pieces: tuple[str, ...]) -> Condition:
        if len(pieces) == 1:
            return func.lower(column) == pieces[0].lower()
        return func.lower(column).like(pattern(pieces), escape="\\")

    return compare


def field_of(source: Source, scope: Scope, name: str) -> tuple[str, Field]:
    """A field by any of its names: `error.type`, `@error.type`, `issue.error_type`."""
    plain = name.removeprefix("@").removeprefix(f"{scope}.").lower().replace(".", "_")
    for candidate in (name.removeprefix("@").lower().replace(".", "_"), plain):
        found = source.aliases.get(candidate, candidate)
        if found in source.fields:
            return found, source.fields[found]
    raise InvalidParameter(
        "{field} is not a field of {scope}s; use one of {known}",
        field=name,
        scope=scope,
        known=", ".join(sorted(source.fields)),
    )


def _text(column: ColumnElement[Any], *, is_facet: bool = False) -> Field:
    return Field(FieldKind.TEXT, column, is_facet=is_facet, test=text_test(column))


def _facet(column: ColumnElement[Any]) -> Field:
    return _text(column, is_facet=True)


def _number(column: ColumnElement[Any], scale: int = 1) -> Field:
    return Field(FieldKind.NUMBER, column, scale)


def _nanoseconds(column: ColumnElement[int]) -> Field:
    """A duration that is shown in ms."""
    return Field(FieldKind.NUMBER, column, NANOSECONDS, NANOSECONDS)


def _time(column: ColumnElement[Any]) -> Field:
    return Field(FieldKind.TIME, column)


def _flag(column: ColumnElement[bool]) -> Field:
    def test(pieces: tuple[str, ...]) -> Condition:
        return column.is_(pieces[0].lower() in ("true", "1"))

    return Field(FieldKind.BOOLEAN, column, is_facet=True, test=test)


def _choice(column: ColumnElement[Any], members: type[Any]) -> Field:
    def test(pieces: tuple[str, ...]) -> Condition:
        return column.in_([each for each in members if _fits(each, pieces)])

    return Field(FieldKind.TEXT, column, is_facet=True, test=test)


def _fits(word: str, pieces: tuple[str, ...]) -> bool:
    folded = [piece.lower() for piece in pieces]
    if len(folded) == 1:
        return word.lower() == folded[0]
    return word.lower().startswith(folded[0]) and word.lower().endswith(folded[-1])


def _status(pieces: tuple[str, ...]) -> Condition:
    return issue.c.stage.in_(stages_of([each for each in Status if _fits(each, pieces)]))


def _version(pieces: tuple[str, ...]) -> Condition:
    seen = select(issue_version.c.issue_id).where(issue_version.c.issue_id == issue.c.issue_id)
    if pieces == ("",):
        return not_(seen.exists())
    return seen.where(text_test(issue_version.c.version)(pieces)).exists()


def _assignee(pieces: tuple[str, ...]) -> Condition:
    held = select(issue_assignee.c.issue_id).where(issue_assignee.c.issue_id == issue.c.issue_id)
    wanted = pieces[0]
    if pieces == ("",):
        return not_(held.exists())
    if len(pieces) > 1:
        return held.exists()
    member_id = int(wanted) if wanted.isdigit() and len(wanted) < 19 else 0
    return held.where(issue_assignee.c.member_id == member_id).exists()


_STATUS: Final = case(
    *((issue.c.stage == stage, literal(str(status))) for stage, status in STATUS_OF.items()),
    else_=literal(""),
)
_ISSUE: Final = {
    "issue_id": _text(issue.c.issue_id),
    "application_id": _facet(issue.c.application_id),
    "service": _facet(issue.c.service),
    "env": _facet(issue.c.env),
    "error_type": _facet(issue.c.error_type),
    "error_message": _text(issue.c.error_message),
    "first_seen_version": _facet(issue.c.first_seen_version),
    "last_seen_version": _facet(issue.c.last_seen_version),
    "regressed_version": _facet(issue.c.regressed_version),
    "status": Field(FieldKind.TEXT, _STATUS, is_facet=True, test=_status),
    "stage": _choice(issue.c.stage, Stage),
    "suspected_cause": _choice(issue.c.cause, Cause),
    "severity": _choice(issue.c.severity, Severity),
    "is_crash": _flag(issue.c.is_crash),
    "version": Field(FieldKind.TEXT, test=_version),
    "assignee_id": Field(FieldKind.TEXT, test=_assignee),
    "error_count": _number(issue.c.error_count),
    "session_count": _number(issue.c.session_count),
    "user_count": _number(issue.c.user_count),
    "age": _number(issue.c.last_seen_at - issue.c.first_seen_at, SECOND),
    "created_at": _time(issue.c.created_at),
    "updated_at": _time(issue.c.updated_at),
    "first_seen": _time(issue.c.first_seen_at),
    "last_seen": _time(issue.c.last_seen_at),
    "resolved_at": _time(issue.c.resolved_at),
    "regressed_at": _time(issue.c.regressed_at),
}
_ERROR: Final = {
    "event_id": _text(issue_event.c.event_id),
    "issue_id": _text(issue_event.c.issue_id),
    "application_id": _facet(issue_event.c.application_id),
    "version": _facet(issue_event.c.version),
    "env": _facet(issue_event.c.env),
    "is_crash": _flag(issue_event.c.is_crash),
    "service": _facet(func.coalesce(issue.c.service, "")),
    "error_type": _facet(func.coalesce(issue.c.error_type, "")),
    "error_message": _text(func.coalesce(issue.c.error_message, "")),
    "severity": Field(
        FieldKind.TEXT, issue.c.severity, is_facet=True, test=text_test(issue.c.severity)
    ),
    "time": _time(issue_event.c.occurred_at),
    "received_at": _time(issue_event.c.received_at),
}
_EVENT: Final = {
    "event_id": _text(rum_event.c.event_id),
    "application_id": _facet(rum_event.c.application_id),
    "session_id": _text(rum_event.c.session_id),
    "session_type": _facet(rum_event.c.session_type),
    "view_id": _text(rum_event.c.view_id),
    "user_id": _text(rum_event.c.user_id),
    "user_name": _text(rum_event.c.user_name),
    "user_email": _text(rum_event.c.user_email),
    "service": _facet(rum_event.c.service),
    "env": _facet(rum_event.c.env),
    "version": _facet(rum_event.c.version),
    "url": _text(rum_event.c.url),
    "name": _facet(rum_event.c.name),
    "type": _facet(rum_event.c.type),
    "status": Field(FieldKind.NUMBER, rum_event.c.status, is_facet=True),
    "duration": _nanoseconds(rum_event.c.duration_ns),
    "has_replay": _flag(rum_event.c.has_replay),
    "time": _time(rum_event.c.occurred_at),
}
_SESSION: Final = {
    "session_id": _text(rum_session.c.session_id),
    "application_id": _facet(rum_session.c.application_id),
    "type": _facet(rum_session.c.type),
    "service": _facet(rum_session.c.service),
    "env": _facet(rum_session.c.env),
    "version": _facet(rum_session.c.version),
    "url": _text(rum_session.c.url),
    "user_id": _text(rum_session.c.user_id),
    "user_name": _text(rum_session.c.user_name),
    "user_email": _text(rum_session.c.user_email),
    "has_replay": _flag(rum_session.c.has_replay),
    "is_crash": _flag(rum_session.c.is_crash),
    "view_count": _number(rum_session.c.view_count),
    "action_count": _number(rum_session.c.action_count),
    "resource_count": _number(rum_session.c.resource_count),
    "long_task_count": _number(rum_session.c.long_task_count),
    "vital_count": _number(rum_session.c.vital_count),
    "error_count": _number(rum_session.c.error_count),
    "duration": _number(rum_session.c.last_seen_at - rum_session.c.started_at),
    "time": _time(rum_session.c.started_at),
    "last_seen": _time(rum_session.c.last_seen_at),
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
        fields=_ISSUE,
        text=issue.c.search,
        aliases={
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
